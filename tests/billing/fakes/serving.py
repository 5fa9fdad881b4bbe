"""Runs a fake on a free port of this machine, and the faults that any of them can be told to have."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Faults:
    """What goes wrong next. Each counts down as requests come."""

    statuses: list[int] = field(default_factory=list)
    """Answers given instead of doing anything, in turn."""
    unanswered: int = 0
    """So many requests are carried out, but the connection breaks before the answer."""
    paths: str = ""
    """Only requests whose path holds this."""

    def status(self, path: str) -> int:
        return self.statuses.pop(0) if self.statuses and self.paths in path else 0

    def breaks(self, path: str) -> bool:
        if self.unanswered <= 0 or self.paths not in path:
            return False
        self.unanswered -= 1
        return True


@contextlib.asynccontextmanager
async def served(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """The address of the server while the block runs."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
