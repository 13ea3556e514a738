# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds every answer of a hub to what its OpenAPI document says of it: the
status, and the answer down to the last member.  More strictly than JSON Schema
asks: what is not described is not there."""

import json
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "null": type(None)}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def is_of(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Document:
    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]
        self.used = set()
        self.routes = []
        for path, operations in document["paths"].items():
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))
            for method, operation in operations.items():
                self.routes.append((method.upper(), path,
                                    re.compile(pattern), operation))
        # Where two paths fit, the one without a place to fill in counts.
        self.routes.sort(key=lambda route: "{" in route[1])

    def find(self, method, path):
        for wanted, name, pattern, operation in self.routes:
            if wanted == method and pattern.fullmatch(path):
                return name, operation
        return None, None

    def faults(self, schema, value, place):
        """What is wrong with value, one sentence each."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            self.used.add(name)
            return self.faults(self.schemas[name], value, place)
        if "anyOf" in schema:
            tries = [self.faults(one, value, place) for one in schema["anyOf"]]
            return [] if [] in tries else tries[0]
        if "type" not in schema:
            return []
        if not is_of(value, schema["type"]):
            return [f"{place}: {value!r} is no {schema['type']}"]
        if isinstance(value, str):
            return self.text_faults(schema, value, place)
        if isinstance(value, list):
            return [fault for i, item in enumerate(value)
                    for fault in self.faults(schema["items"], item,
                                             f"{place}[{i}]")]
        if isinstance(value, dict):
            return self.object_faults(schema, value, place)
        return []

    def text_faults(self, schema, value, place):
        if "enum" in schema and value not in schema["enum"]:
            return [f"{place}: {value!r} is none of {schema['enum']}"]
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return [f"{place}: {value!r} is not {schema['pattern']}"]
        if schema.get("format") == "date-time" and not re.fullmatch(TIME,
                                                                    value):
            return [f"{place}: {value!r} is no time"]
        return []

    def object_faults(self, schema, value, place):
        others = schema.get("additionalProperties")
        if "properties" not in schema and others is None:
            return []
        properties = schema.get("properties", {})
        faults = [f"{place}: no {name}" for name in schema.get("required", ())
                  if name not in value]
        for name, member in value.items():
            described = properties.get(name, others)
            if described is None:
                faults.append(f"{place}: {name} is not described")
            else:
                faults += self.faults(described, member, f"{place}.{name}")
        return faults

    def check(self, method, path, body, answer):
        """Raises where the answer, or a request that was good, is not as it
        is described."""
        path = path.split("?")[0]
        name, operation = self.find(method, path)
        if operation is None:
            assert answer.status in (400, 403, 404, 405), (method, path, answer)
            return
        responses = operation["responses"]
        assert str(answer.status) in responses, (method, path, answer)
        response = responses[str(answer.status)]
        if "$ref" in response:
            response = self.document["components"]["responses"][
                response["$ref"].rsplit("/", 1)[1]]
        content = response.get("content")
        if content is None:
            return
        schema = content["application/json"]["schema"]
        faults = self.faults(schema, answer.body, "answer")
        assert not faults, (method, path, faults, answer)
        if answer.status < 300 and body and "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"][
                "schema"]
            if isinstance(body, str):
                body = json.loads(body)
            faults = self.faults(schema, body, "body")
            assert not faults, (method, path, faults, body)
