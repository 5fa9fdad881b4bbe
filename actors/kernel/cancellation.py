"""Ending on request, also when the request was overheard."""

from __future__ import annotations

import asyncio


def heed() -> None:
    """Raises CancelledError when this task was cancelled and went on.

    Before Python 3.12 `asyncio.wait_for` returns its result and drops a cancellation that meets it
    (https://github.com/python/cpython/issues/86296), and drivers use it for every request. Loops that run until they
    are cancelled ask here each time around; otherwise whoever waits for their end may wait for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
