"""A collection as tables: a column for each field of its record, the indexes it asks for, its words for searching."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from actors.kernel.store.contract import Collection, Reach
from actors.kernel.store.sql.fields import Field, fields_of
from actors.kernel.store.sql.types import Blob, Text, default

WORD_LENGTH = 190
"""Words that begin alike for so many characters are not told apart by searches."""
_LONGEST_NAME = 64
_MOST_INDEX_BYTES = 3072
_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


@dataclass(frozen=True)
class Layout:
    """One collection's tables, and how its documents become rows and come back."""

    table: sa.Table
    words: sa.Table | None
    """One row for each word of each record, where the collection has search."""
    fields: Mapping[str, Field]
    uniques: Mapping[frozenset[str], tuple[str, ...]]
    """The fields of each unique index, by the name of the index and by its columns: engines tell one or the other."""

    @property
    def name(self) -> str:
        return self.table.name

    def row(self, document: Mapping[str, Any], names: Sequence[str] | None = None) -> list[Any]:
        """The driver's values of these fields of a document, by default of all. Raises ValueError for a text that
        is longer than its column."""
        return [self.value(name, document[name]) for name in (self.fields if names is None else names)]

    def value(self, name: str, value: Any) -> Any:
        field = self.fields[name]
        if value is None:
            return None
        if field.encode is not None:
            return field.encode(value)
        if field.length is not None and len(value) > field.length:
            raise ValueError(f"{self.name}.{name} takes {field.length} characters, not {len(value)}")
        return value

    def document(self, row: Sequence[Any]) -> dict[str, Any]:
        """The document of a row that holds all fields in their order."""
        found = dict(zip(self.fields, row, strict=True))
        for name, decode in self._decoders:
            if found[name] is not None:
                found[name] = decode(found[name])
        return found

    def __post_init__(self) -> None:
        decoders = [(name, field.decode) for name, field in self.fields.items() if field.decode is not None]
        object.__setattr__(self, "_decoders", decoders)

    _decoders: Sequence[Any] = dataclasses.field(init=False, default=())


def layout_of(collection: Collection[Any], name: str, metadata: sa.MetaData) -> Layout:
    """The collection's tables under this name. Raises TypeError for an index that SQL cannot keep as promised."""
    indexed = frozenset(
        name for index in collection.indexes for name in index.fields if name not in ("id", "tenant_id")
    )
    fields = {field.name: field for field in fields_of(collection.record, indexed)}
    columns: list[sa.Column[Any]] = [_column(field) for field in fields.values()]
    uniques: dict[frozenset[str], tuple[str, ...]] = {
        frozenset({"PRIMARY"}): ("id",),
        frozenset({"id"}): ("id",),
    }
    indexes: list[tuple[str, list[str], bool]] = []
    for index in collection.indexes:
        on = [name for name in index.fields if name != "tenant_id"] if collection.placed else list(index.fields)
        if index.unique:
            _check_unique(collection, fields, index.fields)
            columns += [] if any(c.name == _present(on[-1]) for c in columns) else [_present_column(fields[on[-1]])]
            on[-1] = _present(on[-1])
        on = ["tenant_id", *on] if collection.placed else on
        _check_size(collection, [fields[name.removeprefix(_PRESENT)] for name in on])
        indexes.append((_name("uq" if index.unique else "ix", name, on), on, index.unique))
        if index.unique:
            uniques[frozenset({indexes[-1][0]})] = uniques[frozenset(on)] = index.fields
    if collection.expires:
        indexes.append((_name("ix", name, [collection.expires]), [collection.expires], False))
    table = sa.Table(name, metadata, *columns, **_OPTIONS)
    for index_name, on, unique in dict.fromkeys((n, tuple(on), unique) for n, on, unique in indexes):
        sa.Index(index_name, *(table.c[column] for column in on), unique=unique)
    words = _words_table(collection, name, metadata) if collection.search else None
    return Layout(table, words, fields, uniques)


def metadata_of(collections: Iterable[Collection[Any]]) -> sa.MetaData:
    """All tables of these collections."""
    metadata = sa.MetaData()
    for collection in collections:
        for name in names_of(collection):
            layout_of(collection, name, metadata)
    return metadata


def names_of(collection: Collection[Any]) -> list[str]:
    if collection.reach is Reach.LAYERED:
        return [collection.physical(""), collection.physical("x")]
    return [collection.name]


def blob_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table]:
    """Large values: what each name stands for now, and the pieces."""
    blobs = sa.Table(
        "blobs",
        metadata,
        sa.Column("name", Text(512), primary_key=True),
        sa.Column("upload", Text(64), nullable=False),
        sa.Column("pieces", sa.BigInteger, nullable=False),
        **_OPTIONS,
    )
    pieces = sa.Table(
        "blob_pieces",
        metadata,
        sa.Column("upload", Text(64), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("data", Blob, nullable=False),
        **_OPTIONS,
    )
    return blobs, pieces


# --- columns and indexes -------------------------------------------------------------------------------------------


_PRESENT = "unique_"
"""A unique index ends in a generated column of this prefix, null where the field is empty: nulls never collide, and
neither engine's own way to leave rows out of an index is known to the other."""


def _present(name: str) -> str:
    return _PRESENT + name


def _column(field: Field) -> sa.Column[Any]:
    given = {} if field.default is dataclasses.MISSING else {"server_default": default(field.default)}
    return sa.Column(field.name, field.type, primary_key=field.name == "id", nullable=field.nullable, **given)


def _present_column(field: Field) -> sa.Column[Any]:
    return sa.Column(_present(field.name), field.type, sa.Computed(f"nullif(`{field.name}`, '')", persisted=False))


def _words_table(collection: Collection[Any], name: str, metadata: sa.MetaData) -> sa.Table:
    words = f"{name}_words"
    table = sa.Table(
        words,
        metadata,
        sa.Column("id", Text(128), primary_key=True),
        sa.Column("word", Text(WORD_LENGTH), primary_key=True),
        sa.Column("tenant_id", Text(64), nullable=False),
        **_OPTIONS,
    )
    if collection.reach is not Reach.PLATFORM:
        sa.Index(_name("ix", words, ["tenant_id", "word"]), table.c.tenant_id, table.c.word)
    if not collection.placed:
        sa.Index(_name("ix", words, ["word"]), table.c.word)
    return table


def _check_unique(collection: Collection[Any], fields: Mapping[str, Field], names: Sequence[str]) -> None:
    for name in names[:-1]:
        if fields[name].nullable:
            # None equals None in the promise, and never in SQL.
            raise TypeError(f"{collection.name}: {name} may be None, so SQL cannot keep it unique together with others")


def _check_size(collection: Collection[Any], fields: Sequence[Field]) -> None:
    size = 0
    for field in fields:
        if field.index_bytes is None:
            raise TypeError(f"{collection.name}: {field.name} cannot be indexed in SQL")
        size += field.index_bytes
    if size > _MOST_INDEX_BYTES:
        names = ", ".join(f"{field.name} ({field.index_bytes})" for field in fields)
        raise TypeError(
            f"{collection.name}: an index of {names} takes {size} bytes, and MySQL takes {_MOST_INDEX_BYTES}: "
            "give the text fields a length"
        )


def _name(kind: str, table: str, columns: Sequence[str]) -> str:
    """A name that no other index of the database has, and no longer than MySQL takes."""
    name = "_".join((kind, table, *columns))
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name
