"""A unit's writes on a cursor, inside a transaction that somebody else begins and ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

import sqlalchemy as sa

from actors.kernel.errors import Contended
from actors.kernel.store.contract import (
    Delete,
    Duplicate,
    InboxEntry,
    Increment,
    InsertAbsent,
    KeptAnswer,
    OutboxEntry,
    Place,
    Put,
    Write,
)
from actors.kernel.store.sql.statements import Statements, batches, filled
from actors.kernel.store.sql.tables import WORD_LENGTH, Layout


class Cursor(Protocol):
    """What both drivers have of a DB-API cursor."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


class Writes:
    """Applies writes in their order, neighbours of one kind in as few statements as there can be."""

    def __init__(
        self,
        statements: Statements,
        layout: Callable[[Place], Layout],
        taken: Callable[[Exception], frozenset[str] | None],
    ) -> None:
        self.statements, self.layout = statements, layout
        self.taken = taken
        """The unique index that a driver's error says was broken, None for other errors."""

    def apply(self, cursor: Cursor, writes: Sequence[Write]) -> None:
        """Raises Contended, Duplicate, or what the driver raises."""
        for (kind, *_), group in groupby(writes, _kind):
            same: Any = list(group)
            layout = self.layout(same[0].place)
            if kind == "insert":
                self._insert(cursor, layout, [(write, write.document) for write in same])
            elif kind == "absent":
                self._insert_absent(cursor, layout, same)
            elif kind == "add":
                # Sorted, so that units that add to the same records meet each other instead of a deadlock.
                for write in sorted(same, key=lambda one: one.id):
                    self._add(cursor, layout, write)
            elif kind == "update":
                for write in same:
                    self._update(cursor, layout, write)
            else:
                for write in same:
                    self._delete(cursor, layout, write)

    # --- kinds of writes ---

    def _insert(self, cursor: Cursor, layout: Layout, rows: Sequence[tuple[Write, Mapping[str, Any]]]) -> None:
        names = layout.all_columns
        values = [layout.row(document, names) for _, document in rows]
        done = 0
        for batch in batches(values):
            try:
                self._insert_rows(cursor, layout.table, names, batch)
            except Exception as error:
                if self.taken(error) is None:
                    raise
                self._name_culprit(cursor, layout, rows[done : done + len(batch)])
                raise Contended from error  # who was in the way is gone by now
            done += len(batch)
        self._insert_words(cursor, layout, [document for _, document in rows])

    def _insert_rows(
        self, cursor: Cursor, table: sa.Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        prepared = self.statements.insert(table, names, len(rows))
        cursor.execute(prepared.sql, prepared.bind([value for row in rows for value in row]))

    def _name_culprit(self, cursor: Cursor, layout: Layout, rows: Sequence[tuple[Write, Mapping[str, Any]]]) -> None:
        """Finds the row that made a statement of several fail, by inserting one at a time. Raises Duplicate."""
        for write, document in rows:
            names = layout.columns(document)
            with self._explained(layout, write.place, document):
                self._insert_rows(cursor, layout.table, names, [layout.row(document, names)])

    def _insert_absent(self, cursor: Cursor, layout: Layout, writes: Sequence[InsertAbsent]) -> None:
        place = writes[0].place
        wanted = {write.document["id"]: write for write in reversed(writes)}
        there = self._owners(cursor, layout, list(wanted))
        for id, owner in there.items():
            if place.scope is not None and owner != place.scope:
                raise Duplicate(place, ("id",), wanted[id].document)
        missing = [(write, write.document) for id, write in reversed(wanted.items()) if id not in there]
        if missing:
            self._insert(cursor, layout, missing)

    def _owners(self, cursor: Cursor, layout: Layout, ids: list[str]) -> dict[str, str]:
        """The tenant of each of the records that exist."""
        table, given = layout.table, filled(ids)
        prepared = self.statements.of(
            ("owners", table.name, len(given)),
            lambda bind: sa.select(table.c.id, table.c.tenant_id).where(table.c.id.in_([bind() for _ in given])),
        )
        cursor.execute(prepared.sql, prepared.bind(given))
        return dict(cursor.fetchall())

    def _update(self, cursor: Cursor, layout: Layout, write: Put) -> None:
        document = write.document
        changes = document if write.changes is None else write.changes
        names = [name for name in layout.columns(changes) if name != "id"]
        scope = [] if write.place.scope is None else [write.place.scope]
        prepared = self.statements.update(layout.table, names, bool(scope))
        values = [*layout.row(changes, names), document["id"], write.expected, *scope]
        with self._explained(layout, write.place, document):
            cursor.execute(prepared.sql, prepared.bind(values))
        if cursor.rowcount != 1:
            raise Contended
        words = layout.words
        if words is not None and "words" in changes:
            prepared = self.statements.of(
                ("change words", words.name), lambda bind: sa.delete(words).where(words.c.id == bind())
            )
            cursor.execute(prepared.sql, [document["id"]])
            self._insert_words(cursor, layout, [document])

    def _delete(self, cursor: Cursor, layout: Layout, write: Delete) -> None:
        scope = [] if write.place.scope is None else [write.place.scope]
        prepared = self.statements.delete(layout.table, bool(scope))
        cursor.execute(prepared.sql, prepared.bind([write.id, write.expected, *scope]))
        if cursor.rowcount != 1:
            raise Contended
        self.forget_words(cursor, layout, [write.id])

    def _add(self, cursor: Cursor, layout: Layout, write: Increment) -> None:
        latest = [name for name in layout.columns(write.latest) if name not in write.amounts]
        scope = [] if write.place.scope is None else [write.place.scope]
        prepared = self.statements.add(layout.table, list(write.amounts), list(write.highest), latest, bool(scope))
        raised = [value for value in write.highest.values() for _ in range(2)]
        changed = [*write.amounts.values(), *raised, *layout.row(write.latest, latest)]
        with self._explained(layout, write.place, {"id": write.id, **(write.initial or {}), **write.latest}):
            cursor.execute(prepared.sql, prepared.bind([*changed, write.id, *scope]))
            if cursor.rowcount == 0 and write.initial is not None:
                document = {**write.initial, **write.amounts, **write.highest, **write.latest, "id": write.id}
                names = layout.columns(document)
                self._insert_rows(cursor, layout.table, names, [layout.row(document, names)])

    @contextlib.contextmanager
    def _explained(self, layout: Layout, place: Place, document: Mapping[str, Any]) -> Iterator[None]:
        """Turns the driver's error about a unique index into the Duplicate of this document."""
        try:
            yield
        except Exception as error:
            if (index := self.taken(error)) is None:
                raise
            if (fields := layout.uniques.get(index)) is None:
                raise Contended from error
            raise Duplicate(place, fields, document) from error

    # --- words ---

    def _insert_words(self, cursor: Cursor, layout: Layout, documents: Sequence[Mapping[str, Any]]) -> None:
        if layout.words is None:
            return
        rows = [
            (document["id"], word, document["tenant_id"])
            for document in documents
            for word in dict.fromkeys(word[:WORD_LENGTH] for word in document.get("words", ()))
        ]
        for batch in batches(rows) if rows else ():
            self._insert_rows(cursor, layout.words, ("id", "word", "tenant_id"), batch)

    def forget_words(self, cursor: Cursor, layout: Layout, ids: list[str]) -> None:
        """Removes the words of those of the records that are gone."""
        words, table = layout.words, layout.table
        if words is None:
            return
        given = filled(ids)

        def build(bind: Any) -> Any:
            there = sa.exists().where(table.c.id == words.c.id)
            return sa.delete(words).where(words.c.id.in_([bind() for _ in given]), ~there)

        prepared = self.statements.of(("forget words", words.name, len(given)), build)
        cursor.execute(prepared.sql, prepared.bind(given))

    # --- after a commit whose answer was lost ---

    def evidence(self, cursor: Cursor, writes: Sequence[Write]) -> bool | None:
        """Whether a unit was committed, told by its own rows: True, False, or None when they do not tell.

        Rows are read with a lock, which waits for a transaction that is still ending. A row that only this unit can
        have made proves the commit. A record still at the version it was read at, or the mark of an event or an
        answer that is not there, proves that there was none. Anything else proves nothing: an announcement that is
        gone may be on the bus, a record that is not there may have been removed since.
        """
        verdicts = [self._verdict(cursor, write) for write in writes]
        return True if True in verdicts else False if False in verdicts else None

    def _verdict(self, cursor: Cursor, write: Write) -> bool | None:
        if not isinstance(write, Put | Delete):
            return None
        layout = self.layout(write.place)
        table, id = layout.table, write.id if isinstance(write, Delete) else write.document["id"]
        prepared = self.statements.of(
            ("locked", table.name),
            lambda bind: (
                sa.select(*(table.c[name] for name in layout.fields)).where(table.c.id == bind()).with_for_update()
            ),
        )
        cursor.execute(prepared.sql, prepared.bind([id]))
        rows = cursor.fetchall()
        found = layout.document(rows[0]) if rows else None
        if isinstance(write, Put) and write.expected == 0:
            record = write.place.collection.record
            if found is None:
                return False if record in (InboxEntry, KeptAnswer) else None
            if all(found[name] == write.document[name] for name in layout.fields):
                return True
            return False if record in (InboxEntry, KeptAnswer, OutboxEntry) or found["version"] == 1 else None
        return False if found is not None and found["version"] == write.expected else None


def _kind(write: Write) -> tuple[Any, ...]:
    place = write.place
    if isinstance(write, Put):
        return ("insert" if write.expected == 0 else "update", place.name, place.scope)
    return (_KINDS[type(write)], place.name, place.scope)


_KINDS = {Delete: "delete", InsertAbsent: "absent", Increment: "add"}


def portions(ids: Sequence[str], size: int = 512) -> Iterator[list[str]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])
