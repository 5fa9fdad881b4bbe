"""SQL text for each shape of statement, compiled once and kept.

A shape is what the text depends on: table, columns, kinds of conditions, how many rows. Values are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

MOST_KEPT = 4000
_MOST_ROWS = 64
_FEW_ROWS = 8
"""So many go in one statement without a look at their size: an announcement has half a megabyte at most."""


class Prepared(NamedTuple):
    """A statement's text, and which of its values stands where."""

    sql: str
    order: tuple[int, ...] | None
    """None when the values are in the text's order already."""

    def bind(self, values: Sequence[Any]) -> Sequence[Any]:
        return values if self.order is None else [values[position] for position in self.order]


class Binds:
    """Placeholders for the values of a statement, in the order in which they are given."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> Any:
        self._count += 1
        return sa.bindparam(f"b{self._count - 1}", type_=sa.types.NullType())


class Statements:
    """The statements of one engine."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._kept: dict[Hashable, Prepared] = {}

    def of(self, shape: Hashable, build: Callable[[Binds], sa.sql.expression.ClauseElement]) -> Prepared:
        """The statement of this shape; built when it is asked for the first time."""
        found = self._kept.get(shape)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._kept[shape] = self._compiled(build(Binds()))
        return found

    def _compiled(self, statement: sa.sql.expression.ClauseElement) -> Prepared:
        compiled: Any = statement.compile(dialect=self.dialect)
        order = tuple(int(name[1:]) for name in compiled.positiontup)
        return Prepared(str(compiled), None if order == tuple(range(len(order))) else order)

    # --- writing ---

    def insert(self, table: sa.Table, columns: Sequence[str], rows: int) -> Prepared:
        def build(bind: Binds) -> Any:
            return sa.insert(table).values([{name: bind() for name in columns} for _ in range(rows)])

        return self.of(("insert", table.name, tuple(columns), rows), build)

    def update(self, table: sa.Table, columns: Sequence[str], scoped: bool) -> Prepared:
        """Values: those of the columns, the id, the version it must have, and the scope."""

        def build(bind: Binds) -> Any:
            change = sa.update(table).values({name: bind() for name in columns})
            return change.where(*_at_version(table, bind, scoped))

        return self.of(("update", table.name, tuple(columns), scoped), build)

    def delete(self, table: sa.Table, scoped: bool) -> Prepared:
        """Values: the id, the version it must have, and the scope."""
        return self.of(
            ("delete", table.name, scoped), lambda bind: sa.delete(table).where(*_at_version(table, bind, scoped))
        )

    def add(
        self, table: sa.Table, amounts: Sequence[str], highest: Sequence[str], latest: Sequence[str], scoped: bool
    ) -> Prepared:
        """Values: the amounts, each of the highest twice, the latest, the id, and the scope."""

        def build(bind: Binds) -> Any:
            sums = {name: sa.func.coalesce(table.c[name], sa.text("0")) + bind() for name in amounts}
            # The one function for the higher of two has another name in each database.
            raised = {name: sa.case((table.c[name] >= bind(), table.c[name]), else_=bind()) for name in highest}
            changes: dict[str, Any] = {**sums, **raised, **{name: bind() for name in latest}}
            # With nothing to change, a row that is there still counts as met.
            change = sa.update(table).values(changes or {"version": table.c.version})
            return change.where(table.c.id == bind(), *([table.c.tenant_id == bind()] if scoped else []))

        return self.of(("add", table.name, tuple(amounts), tuple(highest), tuple(latest), scoped), build)


def _at_version(table: sa.Table, bind: Binds, scoped: bool) -> list[Any]:
    found = [table.c.id == bind(), table.c.version == bind()]
    return [*found, table.c.tenant_id == bind()] if scoped else found


def filled(values: Sequence[Any]) -> list[Any]:
    """The values of a list condition, the last one repeated up to the next power of two: so a few shapes do for
    lists of every length."""
    size = 1 << max(0, len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]


def batches(rows: Sequence[Sequence[Any]], most_bytes: int = 2 * 1024 * 1024) -> list[list[Sequence[Any]]]:
    """Rows in portions that one statement takes: not too many, not too large."""
    if len(rows) <= _FEW_ROWS:
        return [list(rows)]
    found: list[list[Sequence[Any]]] = []
    size = most_bytes
    for row in rows:
        length = sum(len(value) for value in row if isinstance(value, str | bytes))
        if size + length > most_bytes or len(found[-1]) >= _MOST_ROWS:
            found.append([])
            size = 0
        found[-1].append(row)
        size += length
    return found
