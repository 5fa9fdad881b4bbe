"""Record ⇄ message ⇄ document, by field name. The converter of each pair of types is compiled once.

A field of the message takes the record's field of the same name: times stay times, an enum `ACTIVE` becomes
`STATUS_ACTIVE` of the field's enum, records inside records are converted alike. Fields that only the message has
are left unset, or given as keywords: `wire.message(User, user, role_ids=roles)`.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union

from google.protobuf.descriptor import Descriptor, EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

M = TypeVar("M", bound=Message)
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


def _compiled(make: F) -> F:
    """Makes each converter once."""
    return typing.cast(F, cache(make))


def timestamp(moment: datetime) -> Timestamp:
    """The moment as a message, for constructors that are typed to want one."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def message(kind: type[M], record: object, **extra: Any) -> M:
    """The record as a message of this type; keywords set or override fields."""
    arguments = _to_kwargs(typing.cast(Descriptor, kind.DESCRIPTOR), type(record))(record)
    if extra:
        arguments.update(extra)
    return kind(**arguments)


def record(kind: type[R], source: Message, **extra: Any) -> R:
    """A record of this type from a message's fields; keywords set or override fields."""
    arguments = _from_message(kind, type(source))(source)
    arguments.update(extra)
    return kind(**arguments)


def enum_value(descriptor: EnumDescriptor, name: str) -> int:
    """The number of the proto enum value that a domain enum's name stands for."""
    return _numbers(descriptor)[name]


def enum_name(descriptor: EnumDescriptor, number: int) -> str:
    """The domain name of a proto enum's number; empty for UNSPECIFIED."""
    return _names(descriptor)[number]


@cache
def _prefix(descriptor: EnumDescriptor) -> str:
    first = str(descriptor.values_by_number[0].name)
    return first.removesuffix("UNSPECIFIED")


@cache
def _numbers(descriptor: EnumDescriptor) -> dict[str, int]:
    prefix = _prefix(descriptor)
    return {value.name.removeprefix(prefix): value.number for value in descriptor.values if value.number} | {"": 0}


@cache
def _names(descriptor: EnumDescriptor) -> dict[int, str]:
    return {number: name for name, number in _numbers(descriptor).items()}


def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _inner(hint: Any) -> Any:
    """The type inside Optional[…] or tuple[…, ...]."""
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not type(None))
    return hint


def _element(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else None


class _Source:
    """A function under construction."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.items: list[str] = []

    def bind(self, value: object) -> str:
        name = f"v{len(self.scope)}"
        self.scope[name] = value
        return name

    def function(self, argument: str) -> Callable[[Any], dict[str, Any]]:
        body = ", ".join(self.items)
        exec(f"def convert({argument}):\n    return {{{body}}}", self.scope)  # noqa: S102 - our own text
        return typing.cast("Callable[[Any], dict[str, Any]]", self.scope["convert"])


@_compiled
def _to_kwargs(descriptor: Descriptor, kind: type) -> Callable[[Any], dict[str, Any]]:
    source = _Source()
    hints = _hints(kind)
    for field in descriptor.fields:
        if field.name not in hints and not isinstance(getattr(kind, field.name, None), property):
            continue
        value = f"r.{field.name}"
        hint = _inner(hints.get(field.name, str))
        element = _element(hint)
        converted = _one_to_wire(source, field, element or hint, "x" if element else value)
        if element is not None:
            converted = f"[{converted} for x in {value}]" if converted != "x" else value
        elif converted != value and _optional(hints.get(field.name)):
            converted = f"(None if {value} is None else {converted})"
        source.items.append(f"{field.name!r}: {converted}")
    return source.function("r")


def _one_to_wire(source: _Source, field: Any, hint: Any, value: str) -> str:
    if isinstance(hint, type) and issubclass(hint, enum.Enum) and field.enum_type is not None:
        return f"{source.bind(_numbers(field.enum_type))}[{value}.name]"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return f"{value}.name"
    if field.enum_type is not None:
        return f"{source.bind(_numbers(field.enum_type))}[{value}]"
    if dataclasses.is_dataclass(hint) and field.message_type is not None:
        return f"{source.bind(_to_kwargs(field.message_type, typing.cast(type, hint)))}({value})"
    return value


def _optional(hint: Any) -> bool:
    return typing.get_origin(hint) in (Union, types.UnionType)


@_compiled
def _from_message(kind: type, source_kind: type[Message]) -> Callable[[Any], dict[str, Any]]:
    from datetime import UTC

    source = _Source()
    hints = _hints(kind)
    utc = source.bind(UTC)
    for field in source_kind.DESCRIPTOR.fields:
        if field.name not in hints:
            continue
        hint = _inner(hints[field.name])
        element = _element(hint)
        value = f"m.{field.name}"
        optional = element is None and _optional(hints[field.name])
        converted = _one_from_wire(source, field, element or hint, "x" if element else value, utc, optional)
        if element is not None:
            converted = f"tuple({converted} for x in {value})" if converted != "x" else f"tuple({value})"
        elif field.has_presence:
            default = "None" if optional else converted
            converted = f"({converted} if m.HasField({field.name!r}) else {default})"
        source.items.append(f"{field.name!r}: {converted}")
    return source.function("m")


def _one_from_wire(source: _Source, field: Any, hint: Any, value: str, utc: str, optional: bool) -> str:
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        if field.enum_type is not None:
            known: dict[int, Any] = {
                n: hint[name] for n, name in _names(field.enum_type).items() if name in hint.__members__
            }
            if optional:
                known.setdefault(0, None)
            return f"{source.bind(known)}[{value}]"
        return f"{source.bind(hint)}[{value}]"
    if hint is datetime:
        return f"{value}.ToDatetime({utc})"
    if dataclasses.is_dataclass(hint) and field.message_type is not None:
        inner = _from_message(typing.cast(type, hint), GetMessageClass(field.message_type))
        return f"{source.bind(hint)}(**{source.bind(inner)}({value}))"
    return value


# --- documents -------------------------------------------------------------------------------------------------


def document(record: object) -> dict[str, Any]:
    """The record as plain data a store can keep: enums by name, tuples as lists, records inside as dictionaries."""
    return _to_document(type(record))(record)


def from_document(kind: type[R], stored: dict[str, Any]) -> R:
    """The record that `document` wrote; fields added since take their defaults, fields removed since are dropped."""
    return typing.cast(R, _from_document(kind)(stored))


def _kept(kind: type) -> list[dataclasses.Field[Any]]:
    return [f for f in dataclasses.fields(kind) if f.name != "announcements"]


@_compiled
def _to_document(kind: type) -> Callable[[Any], dict[str, Any]]:
    source = _Source()
    hints = _hints(kind)
    for field in _kept(kind):
        hint = _inner(hints[field.name])
        element = _element(hint)
        value = f"r.{field.name}"
        target = element or hint
        name = "x" if element else value
        converted = name
        if isinstance(target, type) and issubclass(target, enum.Enum):
            converted = f"{name}.name"
        elif dataclasses.is_dataclass(target):
            converted = f"{source.bind(_to_document(typing.cast(type, target)))}({name})"
        if element is not None:
            converted = f"list({value})" if converted == "x" else f"[{converted} for x in {value}]"
        elif converted != value and _optional(hints[field.name]):
            converted = f"(None if {value} is None else {converted})"
        source.items.append(f"{field.name!r}: {converted}")
    return source.function("r")


@_compiled
def _from_document(kind: type) -> Callable[[dict[str, Any]], Any]:
    hints = _hints(kind)
    readers: dict[str, Callable[[Any], Any] | None] = {}
    for field in _kept(kind):
        hint = _inner(hints[field.name])
        element = _element(hint)
        target = element or hint
        reader: Callable[[Any], Any] | None = None
        if isinstance(target, type) and issubclass(target, enum.Enum):
            reader = target.__getitem__
        elif dataclasses.is_dataclass(target):
            reader = _from_document(typing.cast(type, target))
        if element is not None:
            one = reader
            reader = tuple if one is None else (lambda items, one=one: tuple(one(x) for x in items))
        readers[field.name] = reader
    plain = {name for name, reader in readers.items() if reader is None}
    special = [(name, reader) for name, reader in readers.items() if reader is not None]

    def read(stored: dict[str, Any]) -> Any:
        arguments = {name: value for name, value in stored.items() if name in plain}
        for name, reader in special:
            if name in stored:
                value = stored[name]
                arguments[name] = None if value is None else reader(value)
        return kind(**arguments)

    return read
