"""A collection as tables: a column for each field of its record, the indexes it asks for, its words for searching."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from actors.kernel.store.contract import Collection, Reach
from actors.kernel.store.sql.fields import ID_LENGTH, TENANT_ID_LENGTH, Convert, Field, fields_of
from actors.kernel.store.sql.types import Blob, Text, default

WORD_LENGTH = 190
"""Words that begin alike for so many characters are not told apart by searches."""
PRESENT = "unique_"
"""A unique index ends in a column of this prefix, which repeats the field and is null where that is empty: nulls never
collide. What each engine has for leaving rows out of an index, the other or Alembic does not know."""
_LONGEST_NAME = 64
_MOST_INDEX_BYTES = 3072
_OPTIONS: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


@dataclass(frozen=True)
class Layout:
    """One collection's tables, and how its documents become rows and come back."""

    table: sa.Table
    words: sa.Table | None
    """One row for each word of each record, where the collection has search."""
    fields: Mapping[str, Field]
    present: Mapping[str, str]
    """Field → the column that repeats it where it is not empty."""
    uniques: Mapping[frozenset[str], tuple[str, ...]]
    """The fields of each unique index, by the name of the index and by its columns: engines tell one or the other."""

    @property
    def name(self) -> str:
        return self.table.name

    @cached_property
    def all_columns(self) -> list[str]:
        """Every column that is written."""
        return [*self.fields, *self.present.values()]

    def columns(self, given: Container[str]) -> list[str]:
        """The columns that are written when these fields are."""
        names = [name for name in self.fields if name in given]
        return [*names, *(column for name, column in self.present.items() if name in given)]

    def row(self, document: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
        """The driver's values for these columns. Raises ValueError for a text that is longer than its column."""
        values = []
        for name in columns:
            source, encode, length = self._writers[name]
            value = document[source]
            if value is not None:
                if encode is not None:
                    value = encode(value)
                elif length is not None and len(value) > length:
                    raise ValueError(f"{self.name}.{name} takes {length} characters, not {len(value)}")
            values.append(value)
        return values

    @cached_property
    def _writers(self) -> dict[str, tuple[str, Convert | None, int | None]]:
        """For each column its field, and how the field's value is written; or how long it may be as it is."""
        plain = {name: (name, field.encode, field.length) for name, field in self.fields.items()}
        return plain | {column: (name, _none_if_empty, None) for name, column in self.present.items()}

    def document(self, row: Sequence[Any]) -> dict[str, Any]:
        """The document of a row that holds all fields in their order."""
        found = dict(zip(self.fields, row, strict=True))
        for name, decode in self._decoders:
            if found[name] is not None:
                found[name] = decode(found[name])
        return found

    @cached_property
    def _decoders(self) -> list[tuple[str, Convert]]:
        return [(name, field.decode) for name, field in self.fields.items() if field.decode is not None]


def _none_if_empty(value: Any) -> Any:
    return value or None


def layout_of(collection: Collection[Any], name: str, metadata: sa.MetaData) -> Layout:
    """The collection's tables under this name. Raises TypeError for an index that SQL cannot keep as promised."""
    indexed = frozenset(
        name for index in collection.indexes for name in index.fields if name not in ("id", "tenant_id")
    )
    fields = {field.name: field for field in fields_of(collection.record, indexed)}
    columns: dict[str, sa.Column[Any]] = {field.name: _column(field) for field in fields.values()}
    present: dict[str, str] = {}
    uniques: dict[frozenset[str], tuple[str, ...]] = {
        frozenset({"PRIMARY"}): ("id",),
        frozenset({"id"}): ("id",),
    }
    indexes: dict[str, tuple[list[str], bool]] = {}
    for index in collection.indexes:
        on = list(index.fields)
        _check_fields(collection, [fields[field] for field in on], index.unique)
        if index.unique:
            column = present[on[-1]] = on[-1] = PRESENT + on[-1]
            columns[column] = sa.Column(column, fields[index.fields[-1]].type, nullable=True)
        if collection.placed:
            on = ["tenant_id", *(field for field in on if field != "tenant_id")]
        index_name = _name("uq" if index.unique else "ix", name, on)
        indexes[index_name] = on, index.unique
        if index.unique:
            uniques[frozenset({index_name})] = uniques[frozenset(on)] = index.fields
    if collection.expires:
        indexes[_name("ix", name, [collection.expires])] = [collection.expires], False
    table = sa.Table(name, metadata, *columns.values(), **_OPTIONS)
    for index_name, (on, unique) in indexes.items():
        sa.Index(index_name, *(table.c[column] for column in on), unique=unique)
    words = _words_table(collection, name, metadata) if collection.search else None
    return Layout(table, words, fields, present, uniques)


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


def _column(field: Field) -> sa.Column[Any]:
    given = None if field.default is dataclasses.MISSING else default(field.default)
    key = field.name == "id"
    return sa.Column(field.name, field.type, primary_key=key, nullable=field.nullable, server_default=given)


def _words_table(collection: Collection[Any], name: str, metadata: sa.MetaData) -> sa.Table:
    words = f"{name}_words"
    table = sa.Table(
        words,
        metadata,
        sa.Column("id", Text(ID_LENGTH), primary_key=True),
        sa.Column("word", Text(WORD_LENGTH), primary_key=True),
        sa.Column("tenant_id", Text(TENANT_ID_LENGTH), nullable=False),
        **_OPTIONS,
    )
    if collection.reach is not Reach.PLATFORM:
        sa.Index(_name("ix", words, ["tenant_id", "word"]), table.c.tenant_id, table.c.word)
    if not collection.placed:
        sa.Index(_name("ix", words, ["word"]), table.c.word)
    return table


def _check_fields(collection: Collection[Any], fields: Sequence[Field], unique: bool) -> None:
    size = 4 * TENANT_ID_LENGTH
    for field in fields:
        if field.index_bytes is None:
            raise TypeError(f"{collection.name}: {field.name} cannot be indexed in SQL")
        size += field.index_bytes
        if unique and field.nullable and field is not fields[-1]:
            # None equals None in the promise, and never in SQL.
            raise TypeError(
                f"{collection.name}: {field.name} may be None, so SQL cannot keep it unique together with others"
            )
    if size > _MOST_INDEX_BYTES:
        names = ", ".join(f"{field.name} ({field.index_bytes})" for field in fields)
        raise TypeError(
            f"{collection.name}: an index of {names} takes up to {size} bytes, and MySQL takes {_MOST_INDEX_BYTES}: "
            "give the text fields a length"
        )


def _name(kind: str, table: str, columns: Sequence[str]) -> str:
    """A name that no other index of the database has, and no longer than MySQL takes."""
    name = "_".join((kind, table, *columns))
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name
