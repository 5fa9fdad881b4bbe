"""Plans, subscriptions and accounts for tests of rules: short to write, whole to read."""

from __future__ import annotations

import typing
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.billing.domain.account import BillingAccount, Party, new_account
from actors.billing.domain.coupon import Coupon, new_coupon
from actors.billing.domain.order import Order, ordered
from actors.billing.domain.period import Interval
from actors.billing.domain.subscribing import new_subscription
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Kind, Model, Price, PriceBook, Terms, Tier

F = TypeVar("F", bound=Callable[..., Any])
MONTH, YEAR = Interval.MONTH, Interval.YEAR
START = datetime(2026, 3, 1, tzinfo=UTC)
MICROS = 1_000_000


def always(*strategies: Any, examples: int = 100, **named: Any) -> Callable[[F], F]:
    """`given`, with the same examples in every run, however slow the machine."""
    rule = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    return lambda test: rule(given(*strategies, **named)(test))


def moment(text: str) -> datetime:
    """`2026-03-01`, or with a time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def flat(minor: int, id: str = "flat") -> Price:
    return Price(id=id, display_name="Platform", kind=Kind.FLAT, tiers=(Tier(unit_micros=minor * MICROS),))


def seat(minor: int, id: str = "seat", **more: Any) -> Price:
    fields: dict[str, Any] = {"tiers": (Tier(unit_micros=minor * MICROS),), **more}
    return Price(id=id, display_name="Seat", kind=Kind.SEAT, **fields)


def metered(meter: str, *tiers: Tier, model: Model = Model.PER_UNIT, **more: Any) -> Price:
    fields = {"id": meter, "display_name": meter, "kind": Kind.METER, "meter": meter, **more}
    return Price(model=model, tiers=tiers or (Tier(unit_micros=MICROS),), **fields)


def terms_of(*prices: Price, currency: str = "EUR", interval: Interval = MONTH, **more: Any) -> Terms:
    """Terms with one book."""
    return terms_with(PriceBook(currency, interval, prices), **more)


def terms_with(*books: PriceBook, **more: Any) -> Terms:
    bare = {"display_name": "Standard", "tier": "standard", "price_books": books, "features": ("iam.api-keys",)}
    return Terms(**{**bare, **more})


def order_of(
    terms: Terms,
    plan: str = "standard",
    version: int = 1,
    seats: int = 1,
    interval: Interval = MONTH,
    currency: str = "EUR",
) -> Order:
    return ordered(plan, version, terms, interval, currency, seats)


def subscribed(terms: Terms, at: datetime = START, active: bool = True, **more: Any) -> Subscription:
    """A subscription of the tenant `ten_acme`; paid for, unless it is a trial."""
    keys = ("plan", "version", "seats", "interval", "currency")
    order = order_of(terms, **{key: more.pop(key) for key in keys if key in more})
    fields: dict[str, Any] = {
        "id": "sub_1",
        "tenant_id": "ten_acme",
        "order": order,
        "currency": terms.price_books[0].currency,
        "at": at,
        "payment_method_id": "pm_1",
        **more,
    }
    subscription = new_subscription(**fields)
    subscription = subscription.activated(at) if active else subscription
    return typing.cast(Subscription, quiet(subscription))


def account_of(currency: str = "EUR", **more: Any) -> BillingAccount:
    party = Party(name="Acme GmbH", country=more.pop("country", "DE"))
    return new_account("ten_acme", party=party, currency=currency, at=START).but(**more)


def coupon_of(**more: Any) -> Coupon:
    return new_coupon(**{"id": "cou_1", "code": "SPRING", "display_name": "Spring", "at": START, **more})


def told(record: Any) -> list[str]:
    """The names of what a record announces."""
    return [type(one).__name__ for one in record.announcements]


def quiet(record: Any) -> Any:
    """The record as it is read again: without what it announced."""
    return record.__class__(**{**vars(record), "announcements": ()})


tiers = st.lists(
    st.tuples(st.integers(1, 500), st.integers(0, 5_000_000), st.integers(0, 2_000)), min_size=1, max_size=5
).map(
    lambda rows: tuple(
        Tier(0 if i == len(rows) - 1 else sum(row[0] for row in rows[: i + 1]), micros, flat_minor)
        for i, (_, micros, flat_minor) in enumerate(rows)
    )
)
"""Tiers that rise and end open."""


@st.composite
def prices(draw: st.DrawFn, models: tuple[Model, ...] = tuple(Model), kind: Kind = Kind.METER) -> Price:
    """A price that passes `check_terms`."""
    model = draw(st.sampled_from(models))
    found = draw(tiers)
    return Price(
        id="calls",
        display_name="Calls",
        kind=kind,
        meter="api_calls" if kind is Kind.METER else "",
        model=model,
        tiers=found
        if model in (Model.GRADUATED, Model.VOLUME)
        else (Tier(0, found[0].unit_micros, found[0].flat_minor),),
        package_units=draw(st.integers(1, 300)) if model is Model.PACKAGE else 0,
        free_units=draw(st.integers(0, 200)),
        minimum_minor=draw(st.integers(0, 3_000)),
    )


moments = st.datetimes(datetime(2000, 1, 1), datetime(2050, 12, 31), timezones=st.just(UTC)).map(
    lambda found: found.replace(microsecond=0)
)
currencies = st.sampled_from(("EUR", "USD", "JPY", "KWD"))
