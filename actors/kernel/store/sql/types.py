"""The types of columns and their defaults; migrations name them too, so that one revision serves every engine.

They are alike wherever both engines can be: text compares by code point and trailing blanks count, moments have
microseconds and are UTC, and everything but JSON reads as the plain type of its kind in any SQL tool.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

MYSQL = ("mysql", "mariadb")


class Text(TypeDecorator[str]):
    """Text of at most so many characters; without a length up to 16 MiB, which cannot be indexed."""

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in MYSQL:
            # The binary collations that do not ignore trailing blanks; the two servers have none in common.
            collation = "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"
            if self.length is None:
                return dialect.type_descriptor(mysql.MEDIUMTEXT(collation=collation))
            return dialect.type_descriptor(mysql.VARCHAR(self.length, collation=collation))
        return dialect.type_descriptor(sa.Text() if self.length is None else sa.String(self.length))


class Moment(TypeDecorator[Any]):
    """A moment in UTC, to the microsecond."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(mysql.DATETIME(fsp=6) if dialect.name in MYSQL else sa.DateTime())


class Blob(TypeDecorator[bytes]):
    """Bytes, up to 16 MiB."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(mysql.MEDIUMBLOB() if dialect.name in MYSQL else sa.LargeBinary())


class Json(TypeDecorator[Any]):
    """Lists and records inside a record."""

    impl = sa.JSON
    cache_ok = True


class default(sa.sql.expression.ColumnElement[Any]):  # noqa: N801 - reads as a function in migrations
    """The value that a column takes when a row leaves it out, as one written by an older version of the code does."""

    inherit_cache = True

    def __init__(self, value: str | float | bytes) -> None:
        self.value = value


@compiles(default)
def _default(element: default, compiler: SQLCompiler, **_: Any) -> str:
    value = element.value
    if isinstance(value, bytes):
        literal = f"X'{value.hex()}'"
    elif isinstance(value, str):
        literal = compiler.process(sa.literal(value, sa.String()), literal_binds=True)
    else:
        literal = repr(value)
    # In brackets MySQL takes a default for long text, bytes and JSON too; SQLite takes none in brackets.
    return f"({literal})" if compiler.dialect.name in MYSQL else literal
