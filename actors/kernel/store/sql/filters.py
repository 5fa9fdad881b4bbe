"""Conditions, orders and places as SQL: the shape of a condition, its values, and the clause they go into."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from actors.kernel.store.contract import Between, Condition, Eq, In, Order, Place, Words, words_of
from actors.kernel.store.sql.statements import Binds, Prepared, Statements, filled
from actors.kernel.store.sql.tables import WORD_LENGTH, Layout

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


class Holds(sa.sql.expression.ColumnElement[bool]):
    """Whether a list of a record holds one of these values."""

    inherit_cache = True
    type = sa.Boolean()

    def __init__(self, column: sa.Column[Any], values: Sequence[Any]) -> None:
        self.column, self.values = column, values


@compiles(Holds, "mysql")
@compiles(Holds, "mariadb")
def _holds_mysql(element: Holds, compiler: SQLCompiler, **more: Any) -> str:
    column = compiler.process(element.column, **more)
    found = (f"JSON_CONTAINS({column}, {compiler.process(value, **more)})" for value in element.values)
    return f"({' OR '.join(found)})"


@compiles(Holds, "sqlite")
def _holds_sqlite(element: Holds, compiler: SQLCompiler, **more: Any) -> str:
    column = compiler.process(element.column, **more)
    values = ", ".join(compiler.process(value, **more) for value in element.values)
    return f"EXISTS (SELECT 1 FROM json_each({column}) AS held WHERE held.value IN ({values}))"


class Query:
    """One question to one collection: which statement answers it, and with what values."""

    def __init__(self, statements: Statements, layout: Layout, place: Place, where: Sequence[Condition]) -> None:
        self.statements, self.layout = statements, layout
        self.scoped = place.scope is not None
        self.values: list[Any] = [place.scope] if self.scoped else []
        self.parts: list[tuple[Any, ...]] = []
        for condition in where:
            self._take(condition)

    def select(
        self, order: Order | None, after: tuple[Any, ...] | None, limit: int, columns: Sequence[str] | None = None
    ) -> tuple[Prepared, Sequence[Any]]:
        """Rows in order, beyond a position, at most so many."""
        beyond = self._beyond(order, after) if order is not None and after is not None else ()
        table = self.layout.table

        def build(bind: Binds) -> Any:
            names = self.layout.fields if columns is None else columns
            statement = sa.select(*(table.c[name] for name in names)).where(*self._clauses(bind))
            if beyond:
                assert order is not None
                statement = statement.where(_beyond(table, order, beyond, bind))
            if order is not None:
                keys = [table.c[name] for name in dict.fromkeys((order.field, "id"))]
                statement = statement.order_by(*((key.desc() if order.descending else key) for key in keys))
            # SQLAlchemy would bind a zero of its own on SQLite.
            return statement.limit(bind()).offset(sa.literal_column("0"))

        shape = ("select", order, beyond, None if columns is None else tuple(columns))
        prepared = self._of(shape, build)
        return prepared, prepared.bind([*self.values, *self._position(order, after, beyond), limit])

    def count(self) -> tuple[Prepared, Sequence[Any]]:
        def build(bind: Binds) -> Any:
            return sa.select(sa.func.count()).select_from(self.layout.table).where(*self._clauses(bind))

        prepared = self._of(("count",), build)
        return prepared, prepared.bind(self.values)

    def delete(self) -> tuple[Prepared, Sequence[Any]]:
        prepared = self._of(("delete where",), lambda bind: sa.delete(self.layout.table).where(*self._clauses(bind)))
        return prepared, prepared.bind(self.values)

    def group(self, by: Sequence[str], sums: Sequence[str], highest: Sequence[str]) -> tuple[Prepared, Sequence[Any]]:
        table = self.layout.table

        def build(bind: Binds) -> Any:
            totals = [sa.func.coalesce(sa.func.sum(table.c[name]), sa.text("0")) for name in sums]
            most = [sa.func.max(table.c[name]) for name in highest]
            keys = [table.c[name] for name in by]
            statement = sa.select(*keys, sa.func.count(), *totals, *most).where(*self._clauses(bind))
            return statement.group_by(*keys) if keys else statement

        prepared = self._of(("group", tuple(by), tuple(sums), tuple(highest)), build)
        return prepared, prepared.bind(self.values)

    def _of(self, shape: tuple[Hashable, ...], build: Callable[[Binds], Any]) -> Prepared:
        return self.statements.of((*shape, self.layout.name, self.scoped, tuple(self.parts)), build)

    # --- conditions ---

    def _take(self, condition: Condition) -> None:
        if isinstance(condition, Words):
            if self.layout.words is None:
                raise LookupError(f"{self.layout.name} has no fields to search")
            for word in words_of(condition.text):
                last = _next(word[:WORD_LENGTH])
                self.parts.append(("word", self.scoped, last is not None))
                bounds = [word[:WORD_LENGTH]] if last is None else [word[:WORD_LENGTH], last]
                self.values += [*self.values[:1], *bounds] if self.scoped else bounds
            return
        name = condition.field
        if name not in self.layout.fields:
            raise LookupError(f"{self.layout.name} has no field {name}")
        if isinstance(condition, Between):
            bounds = [bound for bound in (condition.low, condition.high) if bound is not None]
            self.parts.append(("between", name, condition.low is not None, condition.high is not None))
            self.values += [self._value(name, bound) for bound in bounds]
        elif isinstance(condition, In):
            given = [value for value in condition.values if value is not None]
            values = filled([self._value(name, value) for value in given]) if given else []
            self.parts.append(("in", name, len(values), len(given) < len(condition.values)))
            self.values += values
        else:
            kind = "eq" if isinstance(condition, Eq) else "ne"
            self.parts.append((kind, name, condition.value is None))
            if condition.value is not None:
                self.values.append(self._value(name, condition.value))

    def _value(self, name: str, value: Any) -> Any:
        if not self.layout.fields[name].held:
            encode = self.layout.fields[name].encode
            return value if encode is None else encode(value)
        if isinstance(value, list | tuple | dict):
            raise TypeError(f"{self.layout.name}.{name} can be asked for one element, not for {value!r}")
        return value if self.statements.dialect.name == "sqlite" else orjson.dumps(value).decode()

    def _clauses(self, bind: Binds) -> Iterable[Any]:
        table = self.layout.table
        if self.scoped:
            yield table.c.tenant_id == bind()
        for part in self.parts:
            yield self._clause(part, bind)

    def _clause(self, part: tuple[Any, ...], bind: Binds) -> Any:
        match part:
            case "word", scoped, bounded:
                words = self.layout.words
                assert words is not None
                within = [words.c.tenant_id == bind()] if scoped else []
                within.append(words.c.word >= bind())
                within += [words.c.word < bind()] if bounded else []
                return self.layout.table.c.id.in_(sa.select(words.c.id).where(*within))
            case "between", name, low, high:
                column = self.layout.table.c[name]
                if not low and not high:
                    return column.is_not(None)
                return sa.and_(*([column >= bind()] if low else []), *([column < bind()] if high else []))
            case "in", name, count, none:
                column = self.layout.table.c[name]
                values = [bind() for _ in range(count)]
                held = self.layout.fields[name].held
                found: list[Any] = [Holds(column, values) if held else column.in_(values)] if values else []
                found += [column.is_(None)] if none else []
                return sa.or_(sa.false(), *found)
            case kind, name, none:
                column = self.layout.table.c[name]
                if none:
                    return column.is_(None) if kind == "eq" else column.is_not(None)
                if self.layout.fields[name].held:
                    holds = Holds(column, [bind()])
                    return holds if kind == "eq" else sa.func.coalesce(holds, sa.text("0")) == sa.text("0")
                if kind == "eq":
                    return column == bind()
                return column.is_distinct_from(bind()) if self.layout.fields[name].nullable else column != bind()
        raise AssertionError(part)

    # --- positions ---

    def _beyond(self, order: Order, after: tuple[Any, ...]) -> tuple[str, ...]:
        """The shape of a position: whether it has a value, and whether records without one come after it."""
        if order.field == "id":
            return ("id",)
        if after[0] is None:
            return ("none",)
        return ("value", "nullable") if self.layout.fields[order.field].nullable else ("value",)

    def _position(self, order: Order | None, after: tuple[Any, ...] | None, shape: tuple[str, ...]) -> list[Any]:
        if not shape:
            return []
        assert order is not None and after is not None
        if shape[0] != "value":
            return [after[1]]
        value = self._value(order.field, after[0])
        return [value, value, value, after[1]]


def _beyond(table: sa.Table, order: Order, shape: tuple[str, ...], bind: Binds) -> Any:
    """What comes after a position. Records without a value are first when ascending, last when descending."""
    key, id = table.c[order.field], table.c.id
    down = order.descending
    if shape == ("id",):
        return id < bind() if down else id > bind()
    if shape == ("none",):
        same = sa.and_(key.is_(None), id < bind() if down else id > bind())
        return same if down else sa.or_(key.is_not(None), same)
    # The outer bound says nothing new; it lets an index be entered at the position.
    outer = key <= bind() if down else key >= bind()
    further = key < bind() if down else key > bind()
    same = sa.and_(key == bind(), id < bind() if down else id > bind())
    inside = sa.and_(outer, sa.or_(further, same))
    return sa.or_(inside, key.is_(None)) if down and "nullable" in shape else inside


def _next(word: str) -> str | None:
    """The first text after all that begin with this word, by code points; None when there is none."""
    for length in range(len(word), 0, -1):
        point = ord(word[length - 1]) + 1
        if point <= _LAST:
            return word[: length - 1] + chr(_SURROGATES.stop if point in _SURROGATES else point)
    return None
