"""How a tenant pays: a reference to what a provider keeps."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from actors.billing.domain.period import months_after
from actors.kernel.errors import FailedPrecondition
from actors.kernel.records import Record, secret

BEFORE_EXPIRY = timedelta(days=30)
"""How long before a card's last month is over its tenant is told: between the next charge and the one after it."""


class PaymentMethodInUse(FailedPrecondition):
    message = "a subscription is paid with this method; set another first"


class PaymentMethodState(FailedPrecondition):
    message = "the payment method is {state}, not ready"


class Provider(enum.Enum):
    SANDBOX = "SANDBOX"
    STRIPE = "STRIPE"
    PAYPAL = "PAYPAL"
    MANUAL = "MANUAL"


class State(enum.Enum):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REMOVED = "REMOVED"


@dataclass(frozen=True)
class Confirmation:
    """How the payer confirms: on a page of the provider, or by its script in the browser."""

    redirect_url: str = secret(default="", repr=False)
    """Some providers' addresses hold what agrees for the payer."""
    client_secret: str = secret(default="", repr=False)


@dataclass(frozen=True)
class Facts:
    """What a provider says of a method, for people; never a number."""

    label: str = ""
    brand: str = ""
    last4: str = ""
    expire_month: int = 0
    expire_year: int = 0


@dataclass(frozen=True, kw_only=True)
class PaymentMethod(Record):
    provider: Provider
    state: State = State.PENDING
    label: str = ""
    brand: str = ""
    last4: str = ""
    expire_month: int = 0
    expire_year: int = 0
    setup: Confirmation | None = secret(default=None)
    wanted_default: bool = False
    """Becomes the tenant's default once it is set up."""
    provider_customer: str = ""
    provider_reference: str = ""
    warned_month: str = ""
    """The last month of the card, YYYY-MM, whose end its tenant was told of in time."""
    create_time: datetime
    update_time: datetime

    def with_setup(
        self, setup: Confirmation, provider_customer: str, provider_reference: str, at: datetime
    ) -> PaymentMethod:
        """Begun at the provider; the payer finishes it."""
        return self.but(
            setup=setup, provider_customer=provider_customer, provider_reference=provider_reference, update_time=at
        )

    def activated(self, facts: Facts, at: datetime, provider_reference: str = "") -> PaymentMethod:
        """Set up, or renewed by its bank. The same record when it is so already; a removed one stays removed."""
        if self.state is State.REMOVED:
            return self
        after = self.but(
            state=State.ACTIVE,
            setup=None,
            provider_reference=provider_reference or self.provider_reference,
            **vars(facts),
        )
        if after.expired_at(at):
            after = after.but(state=State.EXPIRED)
        return self if after == self else after.but(update_time=at)

    def expired(self, at: datetime) -> PaymentMethod:
        return self.but(state=State.EXPIRED, update_time=at) if self.state is State.ACTIVE else self

    def removed(self, at: datetime, in_use: bool) -> PaymentMethod:
        """Gone, here and at the provider. Raises PaymentMethodInUse while a subscription is paid with it."""
        if self.state is State.REMOVED:
            return self
        if in_use:
            raise PaymentMethodInUse
        return self.but(state=State.REMOVED, setup=None, update_time=at)

    def forgotten(self, at: datetime) -> PaymentMethod:
        """Removed with its tenant: nothing is kept but what it takes to remove it at the provider."""
        bare = self.but(label="", brand="", last4="", expire_month=0, expire_year=0, setup=None, provider_customer="")
        return bare.but(state=State.REMOVED, update_time=at)

    def withdrawn(self) -> PaymentMethod:
        """Removed at the provider too, which is not asked again."""
        return self.but(provider_reference="")

    def warned(self, at: datetime) -> PaymentMethod:
        """Its tenant is told that it expires; a renewed card is told of anew."""
        return self.but(warned_month=self._last_month, update_time=at)

    def to_warn_of(self, moment: datetime) -> bool:
        """Whether its end is near, and its tenant was not told yet."""
        if self.state is not State.ACTIVE or not self._last_month or self.warned_month == self._last_month:
            return False
        return self.expired_at(moment + BEFORE_EXPIRY) and not self.expired_at(moment)

    @property
    def _last_month(self) -> str:
        return f"{self.expire_year:04d}-{self.expire_month:02d}" if self.expire_month and self.expire_year else ""

    def expired_at(self, moment: datetime) -> bool:
        """Whether its last month is over, in UTC; never for one that has none."""
        if not (self.expire_month and self.expire_year):
            return False
        return moment >= months_after(datetime(self.expire_year, self.expire_month, 1, tzinfo=UTC), 1)

    def must_be_ready(self) -> None:
        """Raises PaymentMethodState."""
        if self.state is not State.ACTIVE:
            raise PaymentMethodState(state=self.state.name)


def new_payment_method(
    *, id: str, tenant_id: str, provider: Provider, at: datetime, wanted_default: bool = False
) -> PaymentMethod:
    """One that is being set up."""
    return PaymentMethod(
        id=id,
        tenant_id=tenant_id,
        provider=provider,
        wanted_default=wanted_default,
        create_time=at,
        update_time=at,
    )
