"""A demonstration: invented companies with invented people and a year behind them, the same for the same seed.

Each module writes its own part of it (`Module.seed`), so that what one module keeps fits what the others keep. All
identifiers come from the seed: seeding again adds nothing, and an interrupted seeding can be repeated.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from actors.kernel.clock import encode_ulid
from actors.kernel.records import Record
from actors.kernel.store.contract import Collection
from actors.kernel.store.handle import stored
from actors.kernel.store.unit import Store

R = TypeVar("R", bound=Record)
BATCH = 2000
PASSWORD = "demonstration only"  # noqa: S105 - printed by the command that seeds


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    """
    Amina Anton Beatriz Bilal Chen Clara Daniel Dilara Elif Emil Fatou Felix Grace Hana Hugo Ines Ivan Jana Jonas
    Kaito Katja Lena Liam Mei Milan Nadia Noah Olga Omar Paula Pedro Qi Rosa Rui Sara Sven Tara Tomas Uma Viktor
    Wanda Xenia Yusuf Zoe
    """
)
_LAST = _words(
    """
    Adler Berg Costa Dahl Eriksen Fischer Garcia Haddad Ito Jansen Kowalski Lindgren Moreau Novak Okafor Pereira
    Quist Rossi Schneider Tanaka Ueda Vogel Weber Xu Yilmaz Zimmermann
    """
)
_WORD = _words(
    """
    Alpine Amber Atlas Aurora Beacon Blue Cedar Cobalt Coral Delta Ember Falcon Fjord Granite Harbor Horizon Iris
    Juniper Keystone Lantern Linden Meridian Nimbus North Oak Orbit Pioneer Quartz River Sable Sierra Solstice
    Summit Tidal Umber Vector Willow Zephyr
    """
)
_TRADE = _words(
    """
    Analytics Bakery Biotech Clinics Design Energy Foods Freight Gardens Games Health Hotels Insurance Labs Legal
    Logistics Media Mobility Optics Outdoors Payments Pharma Printing Retail Robotics Schools Security Software
    Sports Studios Systems Textiles Tools Travel Ventures Works
    """
)
_COUNTRIES = (
    ("de", "Europe/Berlin"),
    ("en", "Europe/London"),
    ("en", "America/New_York"),
    ("fr", "Europe/Paris"),
    ("ja", "Asia/Tokyo"),
)
TRIAL = timedelta(days=14)
"""How long tenants of the demonstration try it out before they pay."""
_TIERS = {"free": "free", "standard": "standard", "premium": "premium", "enterprise": "premium"}
"""The plans the demonstration uses, all of them among those that come with the platform."""


@dataclass(frozen=True)
class DemoUser:
    id: str
    email: str
    display_name: str
    role_id: str
    create_time: datetime
    diligence: float
    """The share of working days on which the person signs in."""


@dataclass(frozen=True)
class DemoTenant:
    id: str
    slug: str
    display_name: str
    plan: str
    tier: str
    create_time: datetime
    locale: str
    time_zone: str
    users: tuple[DemoUser, ...]
    trend: float
    """How the use grows or shrinks over the year: 1 stays."""
    state: str
    """ACTIVE or SUSPENDED."""


@dataclass(frozen=True)
class Demo:
    """Everything that modules seed from."""

    tenants: tuple[DemoTenant, ...]
    end: datetime
    days: int
    seed: int

    def random(self, *about: object) -> random.Random:
        """Chance that is the same for the same seed and subject."""
        return random.Random(f"{self.seed}:{about}")  # noqa: S311 - no secret

    def overdue(self, tenant: DemoTenant) -> bool:
        """Whether a tenant that pays by the month did not pay what it was asked for in the last days."""
        if tenant.plan == "free" or tenant.state != "ACTIVE":
            return False
        since = self.end - last_monthly(tenant.create_time + TRIAL, self.end)
        lately = timedelta(hours=6) < since < timedelta(days=6)
        old = self.end - tenant.create_time > 2 * TRIAL + timedelta(days=30)
        return lately and old and self.random(tenant.id, "overdue").random() < 0.7

    def activity(self, tenant: DemoTenant) -> Iterator[tuple[str, int, int, list[DemoUser]]]:
        """For each day since the tenant's first: the day, calls, failed calls, and who was there."""
        chance = self.random(tenant.id, "activity")
        first = max(tenant.create_time, self.end - timedelta(days=self.days))
        length = (self.end.date() - first.date()).days + 1
        for number in range(length):
            date = first.date() + timedelta(days=number)
            weekend = 0.2 if date.weekday() >= 5 else 1.0
            growth = 1 + (tenant.trend - 1) * number / max(length - 1, 1)
            there = [
                user
                for user in tenant.users
                if user.create_time.date() <= date and chance.random() < user.diligence * weekend * min(growth, 1.2)
            ]
            calls = sum(chance.randint(20, 180) for _ in there)
            yield date.isoformat(), int(calls * growth), int(calls * growth * chance.uniform(0, 0.03)), there


def last_monthly(anchor: datetime, end: datetime) -> datetime:
    """The last moment until `end` that lies whole months after the anchor."""
    for back in range(3):
        year, month = divmod(end.year * 12 + end.month - 1 - back, 12)
        day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
        found = anchor.replace(year=year, month=month + 1, day=day)
        if found <= end:
            return max(found, anchor)
    return anchor


def make_demo(tenants: int, users: int, days: int, end: datetime, seed: int = 1) -> Demo:
    """So many tenants with so many users in all, the oldest of them `days` ago."""
    chance = random.Random(seed)  # noqa: S311 - no secret

    def id_of(prefix: str, moment: datetime) -> str:
        return f"{prefix}_{encode_ulid((int(moment.timestamp() * 1000) << 80) | chance.getrandbits(79))}"

    found = []
    # Few large tenants and many small ones, as it is.
    weights = [1 / (n + 3) for n in range(tenants)]
    chance.shuffle(weights)
    whole = sum(weights)
    used: set[str] = set()
    for number in range(tenants):
        created = _moment(chance, end, days)
        name = f"{chance.choice(_WORD)} {chance.choice(_TRADE)}"
        slug = name.lower().replace(" ", "-")
        if slug in used or len(slug) < 3:
            slug = f"{slug}-{number}"
            name = f"{name} {number}"
        used.add(slug)
        locale, zone = chance.choice(_COUNTRIES)
        size = max(1, round(users * weights[number] / whole))
        # A database of its own costs files and time: a handful is a demonstration of it.
        plan = "enterprise" if number < 3 else chance.choices(("free", "standard", "premium"), (5, 4, 2))[0]
        people = []
        for index in range(size):
            first, last = chance.choice(_FIRST), chance.choice(_LAST)
            joined = created if index == 0 else _between(chance, created, end)
            role = (
                "role_tenant_admin"
                if index == 0
                else chance.choices(
                    ("role_member", "role_viewer", "role_tenant_analyst", "role_billing_contact"), (7, 2, 1, 1)
                )[0]
            )
            people.append(
                DemoUser(
                    id=id_of("usr", joined),
                    email=f"{first}.{last}{index or ''}@{slug}.example".lower(),
                    display_name=f"{first} {last}",
                    role_id=role,
                    create_time=joined,
                    diligence=chance.betavariate(2, 2),
                )
            )
        found.append(
            DemoTenant(
                id=id_of("ten", created),
                slug=slug,
                display_name=name,
                plan=plan,
                tier=_TIERS[plan],
                create_time=created,
                locale=locale,
                time_zone=zone,
                users=tuple(people),
                trend=chance.choice((0.3, 0.7, 1.0, 1.2, 1.6, 2.5)),
                state="SUSPENDED" if chance.random() < 0.03 and _may_be_suspended(plan, created, end) else "ACTIVE",
            )
        )
    return Demo(tuple(found), end, days, seed)


def _may_be_suspended(plan: str, created: datetime, end: datetime) -> bool:
    """Who is suspended has not paid: who pays nothing, or has just come, cannot be."""
    return plan != "free" and end - created > timedelta(days=75)


def _moment(chance: random.Random, end: datetime, days: int) -> datetime:
    """More of them lately than long ago: the provider grows."""
    ago = timedelta(days=days * (1 - chance.random() ** 0.6))
    return _whole(end - ago)


def _between(chance: random.Random, start: datetime, end: datetime) -> datetime:
    return _whole(start + (end - start) * chance.random())


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass
class Seeding:
    """What a module seeds with."""

    demo: Demo
    store: Store[Any]
    settings: Any
    collections: Sequence[Collection[Any]]
    """Those of all modules."""
    told: Callable[[int], None]
    """Is told how many records more are there."""
    books: Store[Any] | None = None
    """What the module keeps in SQL, where its card has books."""

    async def load(
        self, collection: Collection[R], records: Iterable[R], scope: str = "", *, books: bool = False
    ) -> None:
        """Writes records without announcements; those whose ids exist are left as they are."""
        store = self.books if books else self.store
        assert store is not None, "the module's card has no books"
        place = await store.place(collection, scope)
        batch: list[dict[str, Any]] = []
        for record in records:
            document = stored(collection, place, record)
            document["version"] = 1
            batch.append(document)
            if len(batch) >= BATCH:
                await self._flush(store, place, batch)
                batch = []
        await self._flush(store, place, batch)

    async def _flush(self, store: Store[Any], place: Any, batch: list[dict[str, Any]]) -> None:
        if batch:
            await store.backend.load(place, batch)
            self.told(len(batch))
