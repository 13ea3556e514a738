# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fish completion for geo: commands, options and files, as geo's own help names
# them.  It never connects, never asks for a passphrase and changes nothing.

function __geo_commands
    LC_ALL=C geo --help 2>/dev/null | sed -n '/^Commands:$/,/^$/s/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p'
end

function __geo_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --profile --community --passphrase-file
                set -e words[1]
            case '-*'
            case '*'
                echo $words[1]
                return 0
        end
        set -e words[1]
    end
    return 1
end

function __geo_options
    LC_ALL=C geo (__geo_command) --help 2>/dev/null | sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[a-z][a-z-]*\)[^ ]*  *\(.*\)/\2\t\3/p'
end

complete -c geo -n 'not __geo_command >/dev/null' -f -a '(__geo_commands)'
complete -c geo -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__geo_options)'
