"""Trying again what changed nothing: the answer to contention and to short outages of a store."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from actors.kernel.call import Call
from actors.kernel.errors import AtriumError

T = TypeVar("T")

MOST_TRIES = 12
FIRST_SECONDS = 0.004
LONGEST_SECONDS = 0.5


async def attempts(call: Call, run: Callable[[], Awaitable[T]]) -> T:
    """Runs until it succeeds or fails for good; between tries waits ever longer, with jitter (full jitter:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Never past the call's deadline."""
    for number in range(MOST_TRIES):
        try:
            return await run()
        except AtriumError as error:
            wait = random.uniform(0, min(LONGEST_SECONDS, FIRST_SECONDS * 2**number))  # noqa: S311 - no secret
            remaining = call.remaining()
            if not error.again or number == MOST_TRIES - 1 or (remaining is not None and remaining < wait):
                raise
            call.response_headers.clear()
            await asyncio.sleep(wait)
    raise AssertionError("unreachable")
