# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The GEO developers
#
# Where GEO is built and run, and how to get there. Sourced by root, shell, run
# and test; does nothing by itself. Three environments are known:
#
#   trixie  a Debian 13 tree in the user's cache folder, entered with bubblewrap,
#           where the system's own GTK is too old for the wallet
#   system  the system itself, where it is new enough for everything
#   host    the system itself without the wallet, where there can be no tree
#
# Everything here leaves either the whole thing or nothing behind.
# shellcheck shell=bash

geo_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
geo_cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/geo

# The packages -----------------------------------------------------------------
# Everywhere: the compiler, what generates and checks sources, and the
# libraries of every room but the wallet.
geo_packages_base=(
  build-essential meson ninja-build pkg-config gettext # build
  python3                                              # generators, checks
  libglib2.0-dev libjson-glib-dev                      # core
  libsodium-dev                                        # core: cryptography
  libsqlite3-dev                                       # store
  libsoup-3.0-dev glib-networking                      # net, and its TLS
  libgnutls28-dev                                      # hub: its own certificate
  libcairo2-dev libpango1.0-dev fonts-dejavu-core      # paper, and its letters
  libsecret-1-dev                                      # node: the keyring
  libxml2-utils desktop-file-utils appstream           # check data/ files
  git                                                  # check-source's list
  liblemon-dev                                         # a test: clearing's oracle
)
# The second compiler, with the address and undefined behaviour sanitizers.
geo_packages_clang=(clang libclang-rt-dev)
# The wallet: its widgets, icons and what reads them (without it GTK draws
# none of them), a font with Cyrillic letters, one with the pictures that two
# people compare, QR codes drawn and read, and what a camera sees.
geo_packages_wallet=(
  libgtk-4-dev libadwaita-1-dev libqrencode-dev libzbar-dev
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  gstreamer1.0-plugins-base gstreamer1.0-pipewire
  adwaita-icon-theme librsvg2-common fonts-inter fonts-noto-color-emoji
)
# The tests: a display without a screen, a session bus, the accessibility bus
# that journeys use to press buttons, a keyring to keep keys in, the database's
# own shell, tools that look at processes and sockets, spin, which looks at
# every state of the model of the commit rule, and what reads texts in a PDF.
geo_packages_tests=(
  xvfb xauth dbus dbus-x11 at-spi2-core gir1.2-atspi-2.0 python3-gi
  gnome-keyring sqlite3 procps iproute2 locales tzdata spin
  poppler-utils pipewire pipewire-bin wireplumber
)
geo_packages_tests_host=(
  dbus python3-gi gnome-keyring sqlite3 procps iproute2 spin poppler-utils
)
# What makes and enters the Debian 13 tree.
geo_packages_tools=(mmdebstrap bubblewrap)

# What the tree holds, and one number to change when it is made differently.
geo_root_suite=trixie
geo_root_version=2
geo_root_packages=(
  "${geo_packages_base[@]}" "${geo_packages_clang[@]}"
  "${geo_packages_wallet[@]}" "${geo_packages_tests[@]}"
)
geo_root_locales=(en_US uk_UA ru_RU pl_PL de_DE)
geo_root_key=$(
  printf '%s\n' "$geo_root_version" "$geo_root_suite" "$(uname -m)" \
    "${geo_root_locales[@]}" "${geo_root_packages[@]}" | sha256sum | cut -c1-12
)
geo_root=$geo_cache/root-$geo_root_key
geo_root_space_mb=3072

# Words ------------------------------------------------------------------------
geo_say () {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

geo_die () {
  geo_say "$@"
  exit 1
}

# The system -------------------------------------------------------------------
geo_missing () {
  local package
  command -v dpkg-query > /dev/null || return 0
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null)" = \
      installed ] || printf '%s\n' "$package"
  done
}

# 0 where apt-get can be run as root, if need be after asking for a password.
geo_have_rights () {
  command -v apt-get > /dev/null || return 1
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo > /dev/null || return 1
  sudo -n true 2> /dev/null || [ -t 0 ]
}

geo_as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Why a download failed, in words; reads the log that is its argument.
geo_why_failed () {
  if grep -qE 'No space left|not enough free space' "$1"; then
    echo "there is no space left on the disk"
  elif grep -qE -e 'Temporary failure|Could not (resolve|connect)' \
    -e 'Failed to fetch|Unable to (connect|locate)' \
    -e 'Network is unreachable|Connection (refused|timed out)' "$1"; then
    echo "Debian's package servers cannot be reached; is there a network?"
  elif grep -qE 'newuidmap|uid_map|subuid|unshare|Operation not permitted' "$1"; then
    echo "this user may not make user namespaces (package uidmap, /etc/subuid)"
  else
    echo "the last words were: $(grep -v -e '^$' -e 'mmdebstrap failed' "$1" \
      | tail -n 1)"
  fi
}

# geo_install WHY PACKAGE… installs what is missing, saying so first. Returns 1
# where nobody may install anything.
geo_install () {
  local why=$1 missing log
  shift
  mapfile -t missing < <(geo_missing "$@")
  [ ${#missing[@]} = 0 ] && return 0
  geo_have_rights || return 1
  geo_say "installing ${missing[*]}: $why."
  [ "$(id -u)" = 0 ] || geo_say "this asks for your password through sudo."
  log=$(mktemp)
  if ! { geo_as_root apt-get -o DPkg::Lock::Timeout=300 update \
    && geo_as_root env DEBIAN_FRONTEND=noninteractive apt-get \
      -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
      "${missing[@]}"; } > "$log" 2>&1; then
    why=$(geo_why_failed "$log")
    rm -f "$log"
    geo_die "these packages cannot be installed: $why"
  fi
  rm -f "$log"
}

geo_system_is_new_enough () {
  local ID='' VERSION_ID=''
  pkg-config --atleast-version=4.18 gtk4 2> /dev/null \
    && pkg-config --atleast-version=1.7 libadwaita-1 2> /dev/null && return 0
  # shellcheck disable=SC1091
  [ -r /etc/os-release ] && . /etc/os-release
  [ "$ID" = debian ] && [ "${VERSION_ID%%.*}" -ge 13 ] 2> /dev/null
}

geo_bwrap_works () {
  bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid true 2> /dev/null
}

# The tree ---------------------------------------------------------------------
# Ends whoever is making the tree, in a process group of its own, and removes
# what there is of it.
geo_end_root () {
  local try
  for try in TERM 0 0 KILL; do
    [ -n "${geo_maker:-}" ] && kill "-$try" -- "-$geo_maker" 2> /dev/null \
      && sleep 0.5
  done
  rm -rf --one-file-system "$geo_cache"/part-*
}

# Makes it beside its place and renames it: there is all of it or none of it.
geo_make_root () {
  local free part log hook locale start=$SECONDS why
  mkdir -p "$geo_cache" 2> /dev/null && [ -w "$geo_cache" ] \
    || geo_die "cannot write to $geo_cache, where the Debian 13 tree belongs."

  exec 9> "$geo_cache/lock"
  if ! flock -n 9; then
    geo_say "waiting for another start that is making the Debian 13 tree."
    flock 9
  fi
  if [ -d "$geo_root" ]; then
    exec 9>&-
    return 0
  fi
  # We hold the lock, so what is half-made here is of a start that was killed.
  rm -rf --one-file-system "$geo_cache"/part-*

  free=$(df -Pm "$geo_cache" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$geo_root_space_mb" ] || geo_die "the Debian 13 tree needs" \
    "$geo_root_space_mb MB in $geo_cache, and $free MB are free."

  geo_say "making a Debian 13 tree in $geo_cache (once, about a minute and" \
    "1.7 GB), because the wallet needs GTK 4.18 and this system's is older."
  part=$geo_cache/part-$geo_root_key
  log=$geo_cache/part-$geo_root_key.log
  trap geo_end_root EXIT
  trap 'exit 130' INT TERM HUP

  # Locales for people's languages; the font that stands in for GNOME's
  # own; the files that are mounted over on entering.
  hook='set -e
    touch "$1/etc/resolv.conf" "$1/etc/hosts"
    cp "$GEO_FONTS_CONF" "$1/etc/fonts/local.conf"'
  for locale in "${geo_root_locales[@]}"; do
    hook+="
      chroot \"\$1\" localedef -i $locale -f UTF-8 $locale.UTF-8"
  done

  export GEO_FONTS_CONF=$geo_top/build-aux/fonts.conf

  local options=(
    --variant=minbase
    "--include=ca-certificates,$(IFS=,; echo "${geo_root_packages[*]}")"
    '--aptopt=DPkg::Lock::Timeout "300"'
    '--aptopt=Acquire::Retries "1"'
    --dpkgopt=force-unsafe-io
    '--dpkgopt=path-exclude=/usr/share/man/*'
    '--dpkgopt=path-exclude=/usr/share/doc/*'
    "--customize-hook=$hook"
    "$geo_root_suite"
  )
  # Only root keeps owners; for anybody else all of it is theirs, so that they
  # can also delete it. In the background, so that a signal is acted on at once.
  if [ "$(id -u)" = 0 ]; then
    setsid mmdebstrap "${options[@]}" "$part" > "$log" 2>&1 &
  else
    mkdir "$part"
    # shellcheck disable=SC2016
    setsid bash -o pipefail -c 'mmdebstrap --mode=unshare --format=tar "${@:2}" - \
      | tar -x -C "$1" --no-same-owner --exclude="./dev/*"' \
      bash "$part" "${options[@]}" 2> "$log" &
  fi
  geo_maker=$!
  if ! wait "$geo_maker"; then
    why=$(geo_why_failed "$log")
    geo_die "cannot make the Debian 13 tree: $why (Everything but the wallet" \
      "builds without it: --host.)"
  fi
  # mmdebstrap empties it last; the buses want one.
  printf '%s\n' "$geo_root_key" | md5sum | cut -c1-32 > "$part/etc/machine-id"
  mv -T "$part" "$geo_root"
  rm -f "$log"
  geo_maker=''
  trap - EXIT INT TERM HUP
  exec 9>&-
  geo_say "the Debian 13 tree is ready after $((SECONDS - start)) s."
}

# Choosing and entering --------------------------------------------------------
# geo_choose [host] sets geo_environment and installs what it needs. The word
# host asks for the system itself without the wallet.
geo_choose () {
  local tools=("${geo_packages_tools[@]}")

  if [ -n "${GEO_ENVIRONMENT:-}" ]; then
    geo_environment=$GEO_ENVIRONMENT # we are in it already
    return
  fi

  if [ "${1:-}" = host ]; then
    geo_environment=host
  elif geo_system_is_new_enough; then
    geo_environment=system
  elif [ -d "$geo_root" ] && geo_bwrap_works; then
    geo_environment=trixie
    return
  else
    geo_environment=trixie
    [ "$(id -u)" = 0 ] || tools+=(uidmap)
    if ! geo_install "to make and enter a Debian 13 tree" "${tools[@]}" \
      || ! command -v mmdebstrap > /dev/null; then
      geo_say "the wallet is left out: this system's GTK is too old for it," \
        "and you may not install ${tools[*]}."
      geo_environment=host
    elif ! geo_bwrap_works; then
      geo_say "the wallet is left out: this system's GTK is too old for it," \
        "and bubblewrap may not make a sandbox here."
      geo_environment=host
    elif [ "$(id -u)" != 0 ] && ! unshare -r --map-auto true 2> /dev/null; then
      geo_say "the wallet is left out: this system's GTK is too old for it," \
        "and $(id -un 2> /dev/null) has no user ids to make a Debian 13 tree with" \
        "(/etc/subuid)."
      geo_environment=host
    else
      geo_make_root
      return
    fi
  fi

  local packages=("${geo_packages_base[@]}" "${geo_packages_clang[@]}")
  if [ "$geo_environment" = system ]; then
    packages+=("${geo_packages_wallet[@]}" "${geo_packages_tests[@]}")
  else
    packages+=("${geo_packages_tests_host[@]}")
  fi
  geo_install "to build and test on this system" "${packages[@]}" \
    || geo_die "these packages are missing and you may not install them:" \
      "$(geo_missing "${packages[@]}" | tr '\n' ' ')"
}

# geo_enter [--display] [--data] [--no-network] COMMAND… runs it in the chosen
# environment, in the current folder if that is in the checkout.
#   --display     share the screen, the session bus and the accessibility bus
#   --data        share the person's home folder: what is kept and what is saved
#   --no-network  loopback only, so that test runs cannot meet one another
geo_enter () {
  local display='' data='' network=1
  while :; do
    case $1 in
      --display) display=1 ;;
      --data) data=1 ;;
      --no-network) network='' ;;
      *) break ;;
    esac
    shift
  done

  if [ -n "${GEO_ENVIRONMENT:-}" ] || [ "$geo_environment" != trixie ]; then
    # Tests never reach the person's own screen and buses.
    local unset=()
    [ -n "$display" ] || unset=(-u DISPLAY -u WAYLAND_DISPLAY
      -u DBUS_SESSION_BUS_ADDRESS -u AT_SPI_BUS_ADDRESS)
    env "${unset[@]}" GEO_ENVIRONMENT="$geo_environment" "$@"
    return
  fi

  local uid home runtime cwd=$geo_top dir file
  uid=$(id -u)
  home=${HOME:-/root}
  runtime=/run/user/$uid
  case $PWD/ in "$geo_top"/*) cwd=$PWD ;; esac

  local args=(
    --die-with-parent --unshare-pid --unshare-ipc --unshare-uts
    --tmpfs /
    --ro-bind "$geo_root/usr" /usr
    --ro-bind "$geo_root/etc" /etc
    --ro-bind "$geo_root/var" /var
    --symlink usr/bin /bin --symlink usr/sbin /sbin
    --symlink usr/lib /lib --symlink usr/lib64 /lib64
    --dev /dev --proc /proc
    --perms 1777 --tmpfs /tmp --perms 1777 --tmpfs /var/tmp
    --tmpfs /run --perms 0700 --dir "$runtime"
    --dir "$home"
    --clearenv
    --setenv PATH /usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
    --setenv HOME "$home"
    --setenv USER "$(id -un 2> /dev/null)"
    --setenv LANG "${LANG:-C.UTF-8}"
    --setenv TERM "${TERM:-dumb}"
    --setenv XDG_RUNTIME_DIR "$runtime"
    --setenv GEO_ENVIRONMENT "$geo_environment"
    # The checkout may belong to somebody else than who builds it.
    --setenv GIT_CONFIG_COUNT 1
    --setenv GIT_CONFIG_KEY_0 safe.directory
    --setenv GIT_CONFIG_VALUE_0 '*'
  )
  [ -d "$geo_root/usr/lib64" ] || args+=(--dir /lib64)

  # Names of hosts and people, the time zone: those of this system.
  for file in /etc/resolv.conf /etc/hosts; do
    [ -e "$file" ] && args+=(--ro-bind "$(readlink -f "$file")" "$file")
  done
  if [ -z "${TZ:-}" ] && [ -L /etc/localtime ]; then
    local TZ
    TZ=$(readlink -f /etc/localtime)
    TZ=${TZ#/usr/share/zoneinfo/}
  fi
  [ -n "${TZ:-}" ] && args+=(--setenv TZ "$TZ")
  if [ "$uid" != 0 ]; then
    exec 8< <(cat "$geo_root/etc/passwd"; getent passwd "$uid")
    exec 7< <(cat "$geo_root/etc/group"; getent group "$(id -g)")
    args+=(--ro-bind-data 8 /etc/passwd --ro-bind-data 7 /etc/group)
  fi

  # Settings that are meant for us pass; nothing else of the outside does.
  for file in $(compgen -e); do
    case $file in
      GEO_* | G_* | GTK_* | GSK_* | GDK_* | LC_* | LANGUAGE | MESON* | NINJA* \
        | *SAN_OPTIONS | CI | COLUMNS | VERBOSE)
        args+=(--setenv "$file" "${!file}")
        ;;
    esac
  done

  [ -n "$network" ] || args+=(--unshare-net)

  if [ -n "$data" ]; then
    args+=(--bind "$home" "$home")
    for dir in "${XDG_DATA_HOME:-$home/.local/share}" \
      "${XDG_STATE_HOME:-$home/.local/state}" \
      "${XDG_CONFIG_HOME:-$home/.config}"; do
      mkdir -p "$dir"
      args+=(--bind "$dir" "$dir")
    done
    for file in XDG_DATA_HOME XDG_STATE_HOME XDG_CONFIG_HOME; do
      [ -n "${!file:-}" ] && args+=(--setenv "$file" "${!file}")
    done
  fi

  if [ -n "$display" ]; then
    for file in DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS \
      AT_SPI_BUS_ADDRESS XDG_CURRENT_DESKTOP XDG_SESSION_TYPE; do
      [ -n "${!file:-}" ] && args+=(--setenv "$file" "${!file}")
    done
    # That one socket only: with-display makes others beside it.
    file=${DISPLAY:-}
    file=${file#*:}
    file=/tmp/.X11-unix/X${file%%.*}
    [ -S "$file" ] && args+=(--perms 1777 --dir /tmp/.X11-unix
      --ro-bind "$file" "$file")
    for file in "${XAUTHORITY:-$home/.Xauthority}"; do
      [ -f "$file" ] && args+=(--ro-bind "$file" "$file")
    done
    if [ -n "${XDG_RUNTIME_DIR:-}" ]; then
      for file in "${WAYLAND_DISPLAY:-wayland-0}" bus at-spi; do
        [ -e "$XDG_RUNTIME_DIR/$file" ] \
          && args+=(--bind "$XDG_RUNTIME_DIR/$file" "$runtime/$file")
      done
    fi
    # A session bus elsewhere (dbus-run-session puts it in /tmp).
    case ${DBUS_SESSION_BUS_ADDRESS:-} in
      unix:path=/tmp/*)
        file=${DBUS_SESSION_BUS_ADDRESS#unix:path=}
        file=${file%%,*}
        [ -S "$file" ] && args+=(--bind "$file" "$file")
        ;;
    esac
    [ -d /dev/dri ] && args+=(--dev-bind /dev/dri /dev/dri)
  fi

  # Last, so that nothing covers it: the checkout, what lies beside it for
  # tests, and the repository of a linked worktree.
  args+=(--bind "$geo_top" "$geo_top")
  [ -d "$geo_top/../shared" ] && dir=$(cd "$geo_top/../shared" && pwd -P) \
    && args+=(--ro-bind "$dir" "$(dirname "$geo_top")/shared")
  if dir=$(git -C "$geo_top" rev-parse --path-format=absolute \
    --git-common-dir 2> /dev/null); then
    case $dir/ in "$geo_top"/*) ;; *) args+=(--ro-bind "$dir" "$dir") ;; esac
  fi

  bwrap "${args[@]}" --chdir "$cwd" -- "$@"
}

# Building ---------------------------------------------------------------------
# geo_build FLAVOUR OPTION… configures _build/ENVIRONMENT-FLAVOUR if need be and
# builds it; sets geo_build_dir. Runs inside the environment.
geo_build () {
  local stamp="$geo_root_key ${*:2} ${CC:-}"
  geo_build_dir=$geo_top/_build/$GEO_ENVIRONMENT-$1
  mkdir -p "$geo_build_dir" || return 1
  shift
  # Two builds in one folder would spoil each other.
  exec 6> "$geo_build_dir.lock"
  flock 6
  if [ "$(cat "$geo_build_dir.stamp" 2> /dev/null)" != "$stamp" ] \
    || [ ! -f "$geo_build_dir/build.ninja" ]; then
    rm -rf "$geo_build_dir"
    meson setup "$geo_build_dir" "$geo_top" "$@" || return 1
    printf '%s\n' "$stamp" > "$geo_build_dir.stamp"
  fi
  ninja -C "$geo_build_dir" || return 1
  # What is started now runs long, and keeps nobody from building again.
  exec 6>&-
}

geo_wallet_option () {
  if [ "$GEO_ENVIRONMENT" = host ]; then
    echo -Dwallet=disabled
  else
    echo -Dwallet=enabled
  fi
}
