"""Large values in pieces: written aside, and made what their name stands for once they are complete."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import sqlalchemy as sa

from actors.kernel.errors import Contended, DependencyUnavailable, NotFound
from actors.kernel.store.sql.engine import DEPENDENCY, Engine
from actors.kernel.store.sql.statements import Binds, Prepared, Statements
from actors.kernel.store.sql.writes import Cursor

PIECE_BYTES = 256 * 1024
_TRIES = 20


class Blobs:
    """The blobs of one database."""

    def __init__(self, engine: Engine, statements: Statements, blobs: sa.Table, pieces: sa.Table) -> None:
        self.engine, self.statements, self.blobs, self.pieces = engine, statements, blobs, pieces

    async def write(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        upload, size, number, buffer = secrets.token_hex(16), 0, 0, bytearray()
        try:
            async for chunk in chunks:
                size += len(chunk)
                buffer += chunk
                while len(buffer) >= PIECE_BYTES:
                    await self._add(upload, number, bytes(buffer[:PIECE_BYTES]))
                    del buffer[:PIECE_BYTES]
                    number += 1
            if buffer:
                await self._add(upload, number, bytes(buffer))
                number += 1
            await self._switch(name, upload, number)
        except BaseException:
            await self.engine.write(lambda cursor: self._drop(cursor, upload))
            raise
        return size

    async def _add(self, upload: str, number: int, data: bytes) -> None:
        prepared = self.statements.insert(self.pieces, ("upload", "number", "data"), 1)
        await self.engine.write(lambda cursor: cursor.execute(prepared.sql, prepared.bind([upload, number, data])))

    async def _switch(self, name: str, upload: str, pieces: int) -> None:
        """Makes the upload what the name stands for, and removes the one before it."""

        def work(cursor: Cursor) -> None:
            older = self._current(cursor, name, lock=True)
            if older is None:
                insert = self.statements.insert(self.blobs, ("name", "upload", "pieces"), 1)
                cursor.execute(insert.sql, insert.bind([name, upload, pieces]))
                return
            update = self._statement(
                "switch",
                lambda bind: (
                    sa.update(self.blobs).values(upload=bind(), pieces=bind()).where(self.blobs.c.name == bind())
                ),
            )
            cursor.execute(update.sql, update.bind([upload, pieces, name]))
            if older[0] != upload:
                self._drop(cursor, older[0])

        for tries_left in reversed(range(_TRIES)):
            try:
                return await self.engine.write(work)
            except Contended:
                if not tries_left:
                    raise
            except Exception as error:
                if self.engine.taken(error) is None or not tries_left:
                    raise  # another writer of a new name was faster: the next try replaces its value

    async def read(self, name: str) -> AsyncIterator[bytes]:
        found = await self.engine.read(lambda cursor: self._current(cursor, name, lock=False))
        if found is None:
            raise NotFound(kind="blob", id=name)
        upload, pieces = found
        piece = self._statement(
            "piece",
            lambda bind: sa.select(self.pieces.c.data).where(
                self.pieces.c.upload == bind(), self.pieces.c.number == bind()
            ),
        )

        def work(cursor: Cursor, number: int) -> Any:
            cursor.execute(piece.sql, piece.bind([upload, number]))
            return cursor.fetchall()

        for number in range(pieces):
            rows = await self.engine.read(lambda cursor, number=number: work(cursor, number))  # type: ignore[misc]
            if not rows:  # replaced or deleted meanwhile
                raise DependencyUnavailable(dependency=DEPENDENCY, problem=f"{name} was replaced while it was read")
            yield bytes(rows[0][0])

    async def delete(self, name: str) -> None:
        delete = self._statement("delete", lambda bind: sa.delete(self.blobs).where(self.blobs.c.name == bind()))

        def work(cursor: Cursor) -> None:
            found = self._current(cursor, name, lock=True)
            if found is not None:
                cursor.execute(delete.sql, [name])
                self._drop(cursor, found[0])

        await self.engine.write(work)

    def _current(self, cursor: Cursor, name: str, *, lock: bool) -> tuple[str, int] | None:
        def build(bind: Binds) -> Any:
            statement = sa.select(self.blobs.c.upload, self.blobs.c.pieces).where(self.blobs.c.name == bind())
            return statement.with_for_update() if lock else statement

        cursor.execute(self._statement(f"current {lock}", build).sql, [name])
        rows = cursor.fetchall()
        return (str(rows[0][0]), int(rows[0][1])) if rows else None

    def _drop(self, cursor: Cursor, upload: str) -> None:
        drop = self._statement("drop", lambda bind: sa.delete(self.pieces).where(self.pieces.c.upload == bind()))
        cursor.execute(drop.sql, [upload])

    def _statement(self, name: str, build: Any) -> Prepared:
        return self.statements.of(("blob", name), build)
