"""The OpenAPI 3.1 document of the REST interface, from the descriptors and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from actors.api.options.v1 import options_pb2
from edge.comments import read_comments
from edge.routes import Access, Binding, Idempotency, Route, pool_of
from edge.schemas import Schema, Schemas, required_in_request

_HTTP_BODY = "google.api.HttpBody"
_ERROR = {"$ref": "#/components/schemas/Error"}
_ABOUT = """\
Every call has one shape of error, `Error`; `details` holds one `google.rpc.ErrorInfo` whose `reason` programs can rely
on, and a `google.rpc.BadRequest` when fields are at fault. Field names are camelCase; snake_case is taken, too.
64-bit numbers are strings. Enums are written by name. A field that a request need not hold is left out, never `null`.
Times are RFC 3339. Lists come in pages: send `nextPageToken` as `pageToken` with the same query for the next one.
"""


def document(routes: Sequence[Route], descriptors: FileDescriptorSet, version: str) -> dict[str, Any]:
    """Everything that REST offers. Methods that only gRPC reaches are left out."""
    writer = _Writer(descriptors)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for number, binding in enumerate(route.bindings):
            path = re.sub(r"\{([^}]+)\}", lambda m: "{" + _camel(m[1]) + "}", binding.template)
            paths.setdefault(path, {})[binding.verb.lower()] = writer.operation(route, binding, number)
    services = dict.fromkeys((r.service, r.full_service) for r in routes if r.bindings)
    tags = [writer.schemas.described({"name": name}, full) for name, full in services]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Atrium", "version": version, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted({**writer.schemas.components, **_errors()}.items())),
            "responses": _responses(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access token of a session, or one that an API key was exchanged for.",
                },
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "x-api-key",
                    "description": "An API key itself, instead of a token.",
                },
            },
        },
    }


def as_json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


class _Writer:
    def __init__(self, descriptors: FileDescriptorSet) -> None:
        self.pool = pool_of(descriptors)
        self.schemas = Schemas(read_comments(descriptors))

    def operation(self, route: Route, binding: Binding, number: int) -> dict[str, Any]:
        method: MethodDescriptor = self.pool.FindMethodByName(f"{route.full_service}.{route.method}")
        request: Descriptor = method.input_type
        comment = self.schemas.comments.get(method.full_name, "")
        operation: dict[str, Any] = {
            "operationId": f"{route.service}_{route.method}" + (f"_{number + 1}" if number else ""),
            "tags": [route.service],
            "summary": comment.partition(". ")[0].rstrip(".") or _words(route.method),
            "description": " ".join(filter(None, [comment, _access_text(method)])),
            "security": _security(route.access),
            "x-access": route.access.value,
        }
        parameters = [self._path_parameter(request, name) for name in binding.variables]
        if not binding.body:
            parameters += self._query(request, frozenset(binding.variables))
        if route.access is Access.PERMISSION and route.idempotency is Idempotency.NONE and not route.streaming:
            parameters.append(_IDEMPOTENCY_KEY)
        if parameters:
            operation["parameters"] = parameters
        if binding.body:
            operation["requestBody"] = self._body(request, binding)
        operation["responses"] = {"200": self._success(route, method)} | _failures(route)
        return operation

    def _path_parameter(self, request: Descriptor, name: str) -> dict[str, Any]:
        field: FieldDescriptor = request.fields_by_name[name]
        schema = self.schemas.request_field(field, in_query=True)
        if schema.get("type") == "string" and "enum" not in schema:
            schema = {**schema, "minLength": max(1, schema.get("minLength", 0))}
        parameter = {"name": _camel(name), "in": "path", "required": True, "schema": schema}
        return self.schemas.described(parameter, field.full_name)

    def _query(self, message: Descriptor, bound: frozenset[str], prefix: str = "") -> list[dict[str, Any]]:
        """Fields as query parameters; those of messages inside as `outer.inner`."""
        found: list[dict[str, Any]] = []
        for field in message.fields:
            if prefix == "" and field.name in bound:
                continue
            inner = field.message_type
            if inner is not None and not inner.full_name.startswith("google.protobuf."):
                if not field.is_repeated:
                    found += self._query(inner, bound, f"{prefix}{field.json_name}.")
                continue
            parameter: dict[str, Any] = {
                "name": prefix + field.json_name,
                "in": "query",
                "schema": self.schemas.request_field(field, in_query=True),
            }
            if required_in_request(field) and not prefix:
                parameter["required"] = True
            found.append(self.schemas.described(parameter, field.full_name))
        return found

    def _body(self, request: Descriptor, binding: Binding) -> dict[str, Any]:
        if binding.body == "*":
            schema = self.schemas.request(request, frozenset(binding.variables))
            name = schema["$ref"].rpartition("/")[2]
            required = bool({"required", "oneOf"} & self.schemas.components[name].keys())
        else:
            field = request.fields_by_name[binding.body]
            if field.message_type is not None and field.message_type.full_name == _HTTP_BODY:
                return {"required": True, "content": {"*/*": {}}}
            schema, required = self.schemas.request_field(field), required_in_request(field)
        return {"required": required, "content": {"application/json": {"schema": schema}}}

    def _success(self, route: Route, method: MethodDescriptor) -> dict[str, Any]:
        if route.response == _HTTP_BODY:
            return {"description": "The file.", "content": {"*/*": {}}}
        answer = self.schemas.answer(method.output_type)
        if not route.streaming:
            return {"description": "OK", "content": {"application/json": {"schema": answer}}}
        text = "Server-sent events. The `data` of each is one JSON object as `x-event` says."
        return {
            "description": text,
            "content": {"text/event-stream": {"schema": {"type": "string"}, "x-event": answer}},
        }


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
    "description": (
        "Chosen by the caller. The same call sent again with the same key has no second effect and gets the first "
        "answer; another call with it is refused."
    ),
}


def _security(access: Access) -> list[Schema]:
    if access is Access.PUBLIC:
        return []
    return [{"bearer": []}] if access is Access.HALF_SIGNED_IN else [{"bearer": []}, {"apiKey": []}]


def _access_text(method: MethodDescriptor) -> str:
    """Who may call, in words."""
    access = method.GetOptions().Extensions[options_pb2.access]
    match access.WhichOneof("rule"):
        case "public":
            text = "Needs no token."
        case "permission":
            text = f"Needs the permission `{access.permission}`."
        case "half_signed_in":
            text = "Needs a token; one that still owes the second factor will do."
        case _:
            text = "Needs a token."
    if access.own_tenant:
        text += " Open to everyone of the tenant that it is about."
    if access.widened_by:
        text += f" The permission `{access.widened_by}` widens it."
    if access.realms:
        names = [options_pb2.Realm.Name(realm).removeprefix("REALM_").lower() for realm in access.realms]
        text += f" Only for callers of: {', '.join(names)}."
    return text


def _failures(route: Route) -> dict[str, Any]:
    codes = {"4XX": "Refused", "429": "RateLimited", "5XX": "Failed"}
    if route.access is not Access.PUBLIC:
        codes["401"] = "Unauthenticated"
    return {code: {"$ref": f"#/components/responses/{name}"} for code, name in sorted(codes.items())}


def _responses() -> dict[str, Any]:
    content = {"application/json": {"schema": _ERROR}}
    seconds = {"schema": {"type": "integer", "minimum": 0}}
    return {
        "Refused": {"description": "The call was refused; `reason` says why.", "content": content},
        "Unauthenticated": {"description": "The token is missing, past its time or not valid.", "content": content},
        "RateLimited": {
            "description": "Too many calls for the tenant's tier, or from one address.",
            "headers": {"retry-after": {"description": "Seconds to wait.", **seconds}},
            "content": content,
        },
        "Failed": {
            "description": "A fault, or a service that is not there. Safe calls may be sent again.",
            "content": content,
        },
    }


def _errors() -> dict[str, Schema]:
    return {
        "Error": {
            "type": "object",
            "description": "A `google.rpc.Status`.",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "integer", "format": "int32", "description": "A `google.rpc.Code`."},
                "message": {"type": "string", "description": "For people: what is wrong and how to mend it."},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["@type"],
                        "properties": {
                            "@type": {"type": "string"},
                            "reason": {"type": "string", "description": "Of an ErrorInfo: why, for programs."},
                            "domain": {"type": "string", "description": "Of an ErrorInfo: who refused."},
                            "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                            "fieldViolations": {
                                "type": "array",
                                "description": "Of a BadRequest: the fields at fault.",
                                "items": {
                                    "type": "object",
                                    "properties": {
                                        "field": {"type": "string"},
                                        "description": {"type": "string"},
                                        "reason": {"type": "string"},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _words(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
