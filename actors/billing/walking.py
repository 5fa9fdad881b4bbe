"""All records of a kind, one after another, a page at a time: bounded in memory however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar

from actors.kernel.pages import PageRequest
from actors.kernel.records import Record
from actors.kernel.store.contract import BY_ID, Condition, Order
from actors.kernel.store.handle import Records

R = TypeVar("R", bound=Record)
PAGE = 1000


async def walk(records: Records[R], *where: Condition, order: Order = BY_ID) -> AsyncIterator[R]:
    """Those of the scope that meet the conditions, in order. What is written meanwhile may be seen or not."""
    after: tuple[Any, ...] | None = None
    while True:
        page = await records.page_of(PageRequest(PAGE, after, b"", b""), *where, order=order)
        for one in page.items:
            yield one
        if not page.next_page_token:
            return
        last = page.items[-1]
        after = (getattr(last, order.field), last.id)
