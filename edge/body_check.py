"""What Envoy's transcoder lets pass and the edge does not: unknown fields in JSON bodies, and text that is no UTF-8.

Both checks are Lua filters which are only in the way of requests that need them: the first of calls with a body,
the second of paths that are wrong already. All other calls never enter them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any as Anything

import orjson
from envoy_data_plane.envoy.config.core.v3 import DataSource
from envoy_data_plane.envoy.config.route.v3 import FilterConfig
from envoy_data_plane.envoy.extensions.filters.http.lua.v3 import Lua, LuaPerRoute
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import HttpFilter
from envoy_data_plane.google.protobuf import Any
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from edge.routes import Route, pool_of

LUA_FILTER = "envoy.filters.http.lua"
_BODY, _PATH = "body", "path"
_REFUSE_PATH = """
function envoy_on_request(handle)
  handle:respond({[":status"] = "400"}, "The address is not percent-encoded UTF-8.")
end
"""
# Messages that JSON writes otherwise than as an object of their fields.
_WELL_KNOWN = "google.protobuf."
_WRITTEN_AS_STRING = ("Timestamp", "Duration", "FieldMask")
_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "string",
    FieldDescriptor.TYPE_ENUM: "string",
    FieldDescriptor.TYPE_BOOL: "boolean",
    **dict.fromkeys(
        (
            FieldDescriptor.TYPE_INT64,
            FieldDescriptor.TYPE_SINT64,
            FieldDescriptor.TYPE_SFIXED64,
            FieldDescriptor.TYPE_UINT64,
            FieldDescriptor.TYPE_FIXED64,
        ),
        "long",
    ),
}

_RAW = "google.api.HttpBody"
"""A body that the method takes byte by byte, of whatever kind it is: only its size is looked at."""
_HEX = "[0-9A-Fa-f]"
_MORE = f"%[89ABab]{_HEX}"
VALID_PATH = (
    r"([^%]"
    rf"|%[0-7]{_HEX}"
    rf"|%[Cc][2-9A-Fa-f]{_MORE}|%[Dd]{_HEX}{_MORE}"
    rf"|%[Ee]0%[ABab]{_HEX}{_MORE}|%[Ee][1-9A-Ca-c]{_MORE}{_MORE}|%[Ee][Dd]%[89]{_HEX}{_MORE}|%[Ee][EFef]{_MORE}{_MORE}"
    rf"|%[Ff]0%[9ABab]{_HEX}{_MORE}{_MORE}|%[Ff][1-3]{_MORE}{_MORE}{_MORE}|%[Ff]4%8{_HEX}{_MORE}{_MORE})*"
)
"""Paths, with their query, whose percent-escapes are valid UTF-8 (RFC 3629)."""


def lua_filter(methods: Iterable[Route], descriptors: FileDescriptorSet) -> HttpFilter:
    """The filter with both checks, off unless a route asks for one."""
    sources = {_BODY: body_check_source(methods, descriptors), _PATH: _REFUSE_PATH}
    config = Lua(source_codes={name: DataSource(inline_string=text) for name, text in sources.items()})
    return HttpFilter(name=LUA_FILTER, typed_config=Any.pack(config), disabled=True)


def checks_body() -> Any:
    """Route configuration that has the body checked."""
    return Any.pack(FilterConfig(config=Any.pack(LuaPerRoute(name=_BODY))))


def refuses_path() -> Any:
    """Route configuration that refuses the request for its path."""
    return Any.pack(FilterConfig(config=Any.pack(LuaPerRoute(name=_PATH))))


def body_check_source(methods: Iterable[Route], descriptors: FileDescriptorSet) -> str:
    """The Lua text: tables of paths and messages, and the check that reads them."""
    pool = pool_of(descriptors)
    messages: dict[str, Anything] = {}
    paths: dict[str, Anything] = {}
    for method in methods:
        for binding in method.bindings:
            if binding.body:
                request = pool.FindMessageTypeByName(method.request)
                kind: Anything = request.full_name
                if binding.body == "*":
                    _add(messages, request)
                else:
                    kind = _kind(messages, request.fields_by_name[binding.body])
                node = paths
                for part in binding.segments:
                    node = (
                        node.setdefault("any", {})
                        if part is None
                        else node.setdefault("parts", {}).setdefault(part, {})
                    )
                node[binding.verb] = kind
    tables = f"local PATHS = {_lua(paths)}\nlocal MESSAGES = {_lua(messages)}\n"
    return tables + Path(__file__).with_name("body_check.lua").read_text()


def _add(messages: dict[str, Anything], message: Descriptor) -> None:
    if message.full_name not in messages:
        fields = messages[message.full_name] = {}
        for field in message.fields:
            fields[field.name] = fields[field.json_name] = _kind(messages, field)


def _kind(messages: dict[str, Anything], field: FieldDescriptor) -> Anything:
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        return {"map": _kind(messages, message.fields_by_name["value"])}
    one = _kind_of_one(messages, field)
    return {"list": one} if field.is_repeated else one


def _kind_of_one(messages: dict[str, Anything], field: FieldDescriptor) -> str:
    message = field.message_type
    if message is None:
        return _SCALARS.get(field.type, "number")
    if message.full_name == _RAW:
        return "raw"
    if message.full_name.startswith(_WELL_KNOWN):
        return "string" if message.name in _WRITTEN_AS_STRING else "any"
    _add(messages, message)
    return str(message.full_name)


def _lua(value: Anything) -> str:
    if isinstance(value, dict):
        entries = (f"[{_lua(key)}]={_lua(inner)}" for key, inner in sorted(value.items()))
        return "{" + ",".join(entries) + "}"
    # Names are written alike in JSON and Lua.
    return orjson.dumps(value).decode()
