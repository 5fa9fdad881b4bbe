"""The plans that an installation begins with: a catalogue to start from, which its owner changes as any other.

Their ids, tiers and isolation are those that Tenants knows from the first day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actors.billing.domain.money import MICROS, exponent
from actors.billing.domain.period import Interval
from actors.billing.domain.plan import new_plan
from actors.billing.domain.terms import Beyond, Kind, Limit, Model, Price, PriceBook, Terms, Tier
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.clock import Clock
from actors.kernel.store.unit import Store

CURRENCIES = ("EUR", "USD", "GBP", "JPY")
_RATES = {"JPY": 150}
"""How many of the currency stand for one euro on the list: prices are rounded for people, not converted."""
_GIGABYTE = 10**9
_MONTHS_OF_A_YEAR = 10
"""What a year costs: two months are for nothing."""


@dataclass(frozen=True)
class _Sheet:
    """What the four have in common: a price a month and for each seat, and what is sold beyond the limits.

    Amounts are in hundredths of a euro; calls and gigabytes are those of a month.
    """

    id: str
    display_name: str
    description: str
    tier: str
    rank: int
    limits: tuple[Limit, ...]
    features: tuple[str, ...] = ()
    flat: int = 0
    seat: int = 0
    free_calls: int = 0
    call_tiers: tuple[tuple[int, int], ...] = ()
    """Up to so many million calls a month, 0 for the rest, a thousand calls cost so much."""
    free_gigabytes: int = 0
    gigabyte: int = 0
    trial_days: int = 0
    own_database: bool = False


def _refuse(**most: int) -> tuple[Limit, ...]:
    return tuple(Limit(meter, amount, Beyond.REFUSE) for meter, amount in most.items())


def _charge(**most: int) -> tuple[Limit, ...]:
    return tuple(Limit(meter, amount, Beyond.CHARGE) for meter, amount in most.items())


_SHEETS = (
    _Sheet(
        id="free",
        display_name="Free",
        description="To find out whether it fits. No payment method needed.",
        tier="free",
        rank=0,
        limits=_refuse(users=5, storage_bytes=_GIGABYTE, api_calls=20_000, tickets=20, reports=10, models=1),
        features=("iam.api-keys",),
    ),
    _Sheet(
        id="standard",
        display_name="Standard",
        description="For teams: all modules, with room to grow.",
        tier="standard",
        rank=10,
        limits=(
            *_refuse(users=100, tickets=1_000, reports=500, models=10),
            *_charge(storage_bytes=50 * _GIGABYTE, api_calls=100_000),
        ),
        features=("iam.api-keys", "iam.custom-roles", "reporting.schedules"),
        flat=4_900,
        seat=900,
        free_calls=100_000,
        call_tiers=((0, 50),),
        free_gigabytes=50,
        gigabyte=20,
        trial_days=14,
    ),
    _Sheet(
        id="premium",
        display_name="Premium",
        description="For companies: higher limits, faster support, lower prices by use.",
        tier="premium",
        rank=20,
        limits=(
            *_refuse(users=1_000, tickets=20_000, reports=10_000, models=100),
            *_charge(storage_bytes=500 * _GIGABYTE, api_calls=1_000_000),
        ),
        features=("iam.api-keys", "iam.custom-roles", "ml.training", "reporting.schedules", "support.sla"),
        flat=19_900,
        seat=1_500,
        free_calls=1_000_000,
        call_tiers=((10, 40), (0, 25)),
        free_gigabytes=500,
        gigabyte=15,
        trial_days=14,
    ),
    _Sheet(
        id="enterprise",
        display_name="Enterprise",
        description="Without limits, in a database of your own.",
        tier="premium",
        rank=30,
        limits=_charge(storage_bytes=5_000 * _GIGABYTE, api_calls=10_000_000),
        features=(
            "iam.api-keys",
            "iam.custom-roles",
            "ml.training",
            "reporting.schedules",
            "support.sla",
            "tenants.own-database",
        ),
        flat=99_000,
        seat=2_500,
        free_calls=10_000_000,
        call_tiers=((10, 20), (100, 15), (0, 10)),
        free_gigabytes=5_000,
        gigabyte=10,
        trial_days=30,
        own_database=True,
    ),
)


def default_terms(currency: str) -> dict[str, Terms]:
    """The terms of the four by plan id, sold in the usual currencies and in this one, by the month and the year."""
    currencies = tuple(dict.fromkeys((currency, *CURRENCIES)))
    return {sheet.id: _terms(sheet, currencies) for sheet in _SHEETS}


async def publish_default_plans(store: Store[BillingUnit], clock: Clock, currency: str) -> None:
    """Offers the four where there is no plan at all. Several replicas may do so at once; repeatable."""
    async with store.unit(system_call(), aside=True) as unit:
        if await unit.plans.count():
            return
        made = [
            new_plan(id, terms, clock.now()).published(clock.now()) for id, terms in default_terms(currency).items()
        ]
        unit.plans.insert_absent(plan for plan, _ in made)
        unit.plan_versions.insert_absent(version for _, version in made if version is not None)


def _terms(sheet: _Sheet, currencies: Iterable[str]) -> Terms:
    return Terms(
        display_name=sheet.display_name,
        description=sheet.description,
        trial_days=sheet.trial_days,
        trial_without_method=sheet.trial_days > 0,
        tier=sheet.tier,
        limits=sheet.limits,
        features=sheet.features,
        price_books=tuple(_book(sheet, c, interval) for c in currencies for interval in Interval),
        own_database=sheet.own_database,
        rank=sheet.rank,
    )


def _book(sheet: _Sheet, currency: str, interval: Interval) -> PriceBook:
    if not sheet.flat:
        return PriceBook(currency, interval)
    year = interval is Interval.YEAR
    ahead = _MONTHS_OF_A_YEAR if year else 1
    months = interval.months

    def micros(hundredths: int, times: int = 1) -> int:
        """In millionths of the currency's smallest coin."""
        coins = int(10 ** exponent(currency))
        return hundredths * times * _RATES.get(currency, 1) * coins * MICROS // 100

    def once(id: str, name: str, kind: Kind, hundredths: int) -> Price:
        return Price(id=id, display_name=name, kind=kind, tiers=(Tier(unit_micros=micros(hundredths, ahead)),))

    calls = tuple(
        Tier(up_to=upper * 1_000_000 * months, unit_micros=micros(thousand) // 1_000)
        for upper, thousand in sheet.call_tiers
    )
    return PriceBook(
        currency,
        interval,
        (
            once("platform", "Platform", Kind.FLAT, sheet.flat),
            once("seat", "Seats", Kind.SEAT, sheet.seat),
            Price(
                id="api_calls",
                display_name="API calls",
                kind=Kind.METER,
                meter="api_calls",
                model=Model.GRADUATED if len(calls) > 1 else Model.PER_UNIT,
                tiers=calls,
                free_units=sheet.free_calls * months,
            ),
            Price(
                id="storage",
                display_name="Storage, each gigabyte",
                kind=Kind.METER,
                meter="storage_bytes",
                model=Model.PACKAGE,
                package_units=_GIGABYTE,
                tiers=(Tier(unit_micros=micros(sheet.gigabyte, months)),),
                free_units=sheet.free_gigabytes * _GIGABYTE,
            ),
        ),
    )
