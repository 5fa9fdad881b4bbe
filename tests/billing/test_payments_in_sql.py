"""The same over the embedded database, as it is migrated: what rests on its transactions and unique keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from actors.kernel.module import card
from actors.kernel.store.sql import SqlBackend, migrations
from tests.billing import (
    test_collecting,
    test_overlooked,
    test_payment_method_service,
    test_payment_service,
    test_refunds,
    test_webhooks,
)
from tests.billing.market import Market

CASES: tuple[Callable[[Market], Awaitable[None]], ...] = (
    test_payment_service.test_an_invoice_is_paid_with_the_default_method,
    test_payment_service.test_a_payer_confirms_and_the_payment_goes_on,
    test_payment_service.test_many_at_once_make_one_payment,
    test_payment_service.test_settling_at_once_from_many_sides_books_it_once,
    test_payment_service.test_an_answer_that_is_lost_is_looked_up_before_anything_is_tried_again,
    test_payment_service.test_transfers_are_recorded_in_parts_and_never_more_than_is_owed,
    test_payment_service.test_money_that_comes_twice_for_one_invoice_is_credit_that_pays_the_next,
    test_collecting.test_a_failed_payment_is_tried_after_1_3_5_and_7_days_and_then_suspends,
    test_refunds.test_a_repeated_call_and_many_at_once_give_back_once,
    test_refunds.test_money_that_does_not_arrive_is_credit_and_may_go_back_another_time,
    test_payment_method_service.test_a_payer_finishes_a_setup_on_the_page,
    test_payment_method_service.test_cards_expire_after_their_last_month,
    test_webhooks.test_an_event_settles_its_payment_once_however_often_it_comes,
    test_overlooked.test_a_payment_that_nobody_looked_up_is_looked_up,
)


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'books.db'}"
    await migrations.upgrade(url, migrations.histories([card(name) for name in ("iam", "tenants", "billing")]))
    sql = SqlBackend(url)
    async with Market(sql=sql, seller_email="books@example.com") as market:
        yield market
    await sql.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_in_sql(market: Market, case: Callable[[Market], Awaitable[None]]) -> None:
    await case(market)
