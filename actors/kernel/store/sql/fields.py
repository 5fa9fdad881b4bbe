"""A record's fields as columns: the type of each, and how its value in a document becomes a driver's value and back."""

from __future__ import annotations

import base64
import dataclasses
import enum
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Union

import orjson
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from actors.kernel import wire
from actors.kernel.store.sql.types import Blob, Json, Moment, Text

Convert = Callable[[Any], Any]

ID_LENGTH = 128
TENANT_ID_LENGTH = 64
ENUM_LENGTH = 64
INDEXED_LENGTH = 190
"""Characters of an indexed text field that states no length of its own."""


@dataclass(frozen=True)
class Field:
    """One field of a record as a column."""

    name: str
    type: TypeEngine[Any]
    nullable: bool
    encode: Convert | None
    """A document's value that is not None to the driver's; None where they are the same."""
    decode: Convert | None
    default: Any
    """The driver's value of the record's default; MISSING when the record has none, or None."""

    @property
    def length(self) -> int | None:
        """The most characters it takes."""
        return self.type.length if isinstance(self.type, Text) else None

    @property
    def held(self) -> bool:
        """Whether it holds lists or records, of which conditions see the elements."""
        return isinstance(self.type, Json)

    @property
    def index_bytes(self) -> int | None:
        """How much of an index entry it takes at most; None when it cannot be in one."""
        if isinstance(self.type, Json | Blob):
            return None
        return 4 * (self.length or INDEXED_LENGTH) if isinstance(self.type, Text) else 8


def fields_of(record: type, indexed: frozenset[str]) -> tuple[Field, ...]:
    """The fields that are kept of a record. Raises TypeError for one of a type that SQL has no column for."""
    hints = typing.get_type_hints(record)
    return tuple(
        _field(record, field, hints[field.name], field.name in indexed)
        for field in dataclasses.fields(record)
        if field.name != "announcements"
    )


def _field(record: type, field: dataclasses.Field[Any], hint: Any, indexed: bool) -> Field:
    nullable = typing.get_origin(hint) in (Union, types.UnionType)
    if nullable:
        (hint,) = (one for one in typing.get_args(hint) if one is not type(None))
    try:
        kind, encode, decode = _kind(hint, _length(field, indexed))
    except TypeError as error:
        raise TypeError(f"{record.__name__}.{field.name}: {error}") from None
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    if default is None:
        default = dataclasses.MISSING
    elif default is not dataclasses.MISSING:
        plain = _plain(default)
        default = encode(plain) if encode is not None else plain
    return Field(field.name, kind, nullable, encode, decode, default)


def _length(field: dataclasses.Field[Any], indexed: bool) -> int | None:
    fixed = {"id": ID_LENGTH, "tenant_id": TENANT_ID_LENGTH}.get(field.name)
    return fixed or field.metadata.get("length") or (INDEXED_LENGTH if indexed else None)


def _kind(hint: Any, length: int | None) -> tuple[TypeEngine[Any], Convert | None, Convert | None]:
    origin = typing.get_origin(hint)
    if origin in (tuple, list, dict) or hint is dict or dataclasses.is_dataclass(hint):
        rich = _rich(hint)
        return Json(), _to_json, orjson.loads if rich is None else lambda text: rich(orjson.loads(text))
    if not isinstance(hint, type):
        raise TypeError(f"there is no column for {hint}")
    if issubclass(hint, enum.Enum):
        return Text(ENUM_LENGTH), None, None
    if issubclass(hint, str):
        return Text(length), None, None
    if issubclass(hint, bool):
        return sa.Boolean(), int, bool
    if issubclass(hint, int):
        return sa.BigInteger(), None, None
    if issubclass(hint, float):
        return sa.Double(), float, None
    if issubclass(hint, bytes):
        return Blob(), bytes, bytes
    if issubclass(hint, datetime):
        return Moment(), to_moment, from_moment
    raise TypeError(f"there is no column for {hint}")


def _plain(default: Any) -> Any:
    """A default as `wire.document` would write it."""
    if isinstance(default, enum.Enum):
        return default.name
    if dataclasses.is_dataclass(default):
        return wire.document(default)
    if isinstance(default, tuple):
        return [_plain(one) for one in default]
    return default


# --- moments and JSON ----------------------------------------------------------------------------------------------


def to_moment(moment: datetime) -> str:
    """As both engines write it: `2026-03-01 12:30:15.250000`, in UTC."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def from_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return typing.cast(datetime, moment).replace(tzinfo=UTC)


def _to_json(value: Any) -> str:
    return orjson.dumps(value, default=_to_base64).decode()


def _to_base64(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} cannot be kept as JSON")


@cache
def _rich(hint: Any) -> Convert | None:
    """What turns parsed JSON back into what a document holds of this type: moments and bytes are text in JSON."""
    if typing.get_origin(hint) in (Union, types.UnionType):
        (hint,) = (one for one in typing.get_args(hint) if one is not type(None))
        inner = _rich(hint)
        return None if inner is None else lambda value: None if value is None else inner(value)
    if hint is datetime:
        return datetime.fromisoformat
    if hint is bytes:
        return base64.b64decode
    if typing.get_origin(hint) in (tuple, list):
        one = _rich(typing.get_args(hint)[0])
        return None if one is None else lambda items: [one(item) for item in items]
    if typing.get_origin(hint) is dict:
        kept = _rich(typing.get_args(hint)[1])
        return None if kept is None else lambda items: {key: kept(item) for key, item in items.items()}
    if dataclasses.is_dataclass(hint):
        found = {name: _rich(inner) for name, inner in typing.get_type_hints(hint).items()}
        special = {name: inner for name, inner in found.items() if inner is not None}
        if special:
            return lambda stored: {k: special[k](v) if k in special else v for k, v in stored.items()}
    return None
