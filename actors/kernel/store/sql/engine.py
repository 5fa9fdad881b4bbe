"""Connections to one SQL database: work on a cursor, alone or in a transaction, and what its errors mean."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from actors.kernel.errors import AtriumError, Contended, DependencyUnavailable, OutcomeUnknown
from actors.kernel.store.contract import Duplicate
from actors.kernel.store.sql.writes import Cursor

T = TypeVar("T")
Work = Callable[[Cursor], T]

DEPENDENCY = "the SQL database"
IDLE_SECONDS = 600.0
"""How long a connection is kept that nobody uses; servers end theirs after hours."""
LONGEST_SECONDS = 30.0
"""How long one visit to the database may take, waiting for a connection included."""
SETTLE_SECONDS = 10.0
"""How long a commit whose answer was lost is looked into."""


class Phase:
    """How far a transaction has come."""

    committing = False
    result: Any = None


def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection of one that is open."""
    assert connection.sync_connection is not None
    return connection.sync_connection.connection.driver_connection


class Engine(abc.ABC):
    """One database. Work is a function over a cursor: it runs between two visits to the event loop, or looks as if."""

    begin: str
    """The statement that begins a transaction that writes; empty where the first one of it does."""
    connections: int
    """The most that are in use at once."""

    def __init__(self, url: URL, **options: Any) -> None:
        # Transactions are begun and ended here, in as few commands as there can be. So nothing has to be reset between
        # two users of a connection, and the idle ones are kept here: SQLAlchemy's pool takes longer than a query.
        self.source = create_async_engine(
            url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool, hide_parameters=True, **options
        )
        self._idle: dict[bool, list[tuple[AsyncConnection, float]]] = {True: [], False: []}
        self._room = asyncio.Semaphore(self.connections)

    @property
    def dialect(self) -> sa.engine.Dialect:
        return self.source.dialect

    async def take(self, *, writes: bool) -> AsyncConnection:
        """A connection to be given back or dropped; waits while all are taken."""
        await self._room.acquire()
        try:
            while idle := self._idle[writes]:
                connection, until = idle.pop()
                if time.monotonic() < until:
                    return connection
                await connection.close()
            return await self.open(writes=writes)
        except BaseException:
            self._room.release()
            raise

    async def open(self, *, writes: bool) -> AsyncConnection:
        """A new connection."""
        return await self.source.connect()

    def give(self, connection: AsyncConnection, *, writes: bool) -> None:
        """Lets others have a connection that is in no transaction."""
        self._idle[writes].append((connection, time.monotonic() + IDLE_SECONDS))
        self._room.release()

    async def drop(self, connection: AsyncConnection) -> None:
        """Ends a connection that may be in the middle of something."""
        self._room.release()
        await connection.invalidate()
        await connection.close()

    @abc.abstractmethod
    async def visit(self, work: Work[T], *, writes: bool) -> T:
        """Runs the work on a connection's cursor. A connection that cannot be used again is discarded."""

    @abc.abstractmethod
    def taken(self, error: Exception) -> frozenset[str] | None:
        """The unique index that an error says was broken, by its name or its columns; None for other errors."""

    @abc.abstractmethod
    def contended(self, error: Exception) -> bool:
        """Whether an error says that others were in the way, and that nothing was changed."""

    @abc.abstractmethod
    def unavailable(self, error: Exception) -> str | None:
        """What is the matter with the database, in a word that may be told to callers; None for an error that is a
        fault of the statement."""

    @abc.abstractmethod
    def rollback(self, cursor: Cursor) -> None:
        """Ends the transaction without its changes, if there is one."""

    @abc.abstractmethod
    def accepts_writes(self, cursor: Cursor) -> bool:
        """Whether the database takes changes now. Changes nothing."""

    async def read(self, work: Work[T]) -> T:
        """Runs work that changes nothing, or that may be done twice. Raises DependencyUnavailable."""
        with self.translating():
            async with asyncio.timeout(LONGEST_SECONDS):
                return await self.visit(work, writes=False)

    async def write(self, work: Work[T], evidence: Work[bool | None] | None = None) -> T:
        """Runs the work in a transaction and commits it.

        When the answer to the commit is lost, `evidence` is asked, in a transaction of its own, whether it was
        carried out; without evidence the work must be repeatable. Raises Contended, DependencyUnavailable or
        OutcomeUnknown; what the work raises comes out as it is, and then nothing was changed.
        """
        phase = Phase()
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await self.visit(lambda cursor: self._transaction(cursor, work, phase), writes=True)
        except (AtriumError, Duplicate):
            raise
        except Exception as error:
            meaning = self.meaning(error)
            if not phase.committing or evidence is None or isinstance(meaning, Contended):
                raise meaning from error
            committed = await self._settled(evidence)
            if committed is None:
                raise OutcomeUnknown(dependency=DEPENDENCY) from error
            if not committed:
                raise DependencyUnavailable(dependency=DEPENDENCY) from error
            return phase.result  # type: ignore[no-any-return]

    def _transaction(self, cursor: Cursor, work: Work[T], phase: Phase) -> T:
        if self.begin:
            cursor.execute(self.begin)
        try:
            phase.result = work(cursor)
            phase.committing = True
            cursor.execute("COMMIT")
        except Exception:
            self.rollback(cursor)
            raise
        return phase.result  # type: ignore[no-any-return]

    async def _settled(self, evidence: Work[bool | None]) -> bool | None:
        give_up = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                return await self.write(evidence)
            except (Contended, DependencyUnavailable):
                if time.monotonic() > give_up:
                    return None
                await asyncio.sleep(0.1)

    @contextlib.contextmanager
    def translating(self) -> Iterator[None]:
        try:
            yield
        except (AtriumError, Duplicate):
            raise
        except Exception as error:
            raise self.meaning(error) from error

    def meaning(self, error: Exception) -> Exception:
        """What callers are told of an error; an error that is nobody's but ours comes back as it is."""
        cause: Any = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
        if self.contended(cause):
            return Contended()
        if isinstance(cause, TimeoutError | sa.exc.TimeoutError):
            return DependencyUnavailable(dependency=DEPENDENCY, problem="it did not answer in time")
        if (problem := self.unavailable(cause)) is not None:
            return DependencyUnavailable(dependency=DEPENDENCY, problem=problem)
        return error

    async def forget_idle(self) -> None:
        """Ends the connections that nobody uses."""
        for idle in self._idle.values():
            while idle:
                await idle.pop()[0].close()

    async def close(self) -> None:
        await self.forget_idle()
        await self.source.dispose()
