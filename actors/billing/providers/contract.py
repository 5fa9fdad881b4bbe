"""The payment port: what every provider of money promises, whoever it is.

    outcome = await provider.charge(request)     # ask
    outcome = await provider.look_up(request)    # ask again, moving nothing

**Keys.** Everything that moves money carries a key of ours (a payment's or refund's id). One key moves money at most
once, however often, from however many replicas at once, and whatever happened to the answers. The same key with other
words raises `IdempotencyKeyReused` and moves nothing. Providers forget keys: after `traits.key_lifetime` a key is
looked up, never asked again.

**Failure.** A call that raises `ProviderUnavailable` may or may not have happened: look the key up before anything is
tried again. A call that raises anything else changed nothing. A bank that says no is not an error but an `Outcome`.

**Outcomes.** SUCCEEDED, FAILED and CANCELLED are final; the provider is left in a state in which nobody can pay that
request any more. REQUIRES_ACTION waits for the payer, PENDING for the provider; both end in one of the three.

**Events** (`read_webhook`) come late, twice and in any order, so their outcome is news of a moment, not the truth: drop
an id that was seen, then look the payment up and settle by that. Reading an event moves nothing.

**Secrets.** No key, secret or token of ours or of a payer is logged or put into an error. Input that looks like a card
number is refused with `CardNumberRefused` before it leaves the process.

**Money** is whole minor units (ISO 4217: cents, yen, fils) in the currency of the call. An amount that a provider
cannot move in that currency is FAILED with UNSUPPORTED, never rounded.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.payment_method import Confirmation
from actors.billing.domain.refund import State as RefundState
from actors.kernel.errors import FailedPrecondition, Unauthenticated, Unavailable

LARGEST_EVENT_BYTES = 1 << 20
"""Events are a few kilobytes; more is refused unread."""


class ProviderUnavailable(Unavailable):
    """No answer, or none that says what happened. Look it up before trying again."""

    message = "{provider} does not answer; the outcome will be looked up"


class ProviderMissing(FailedPrecondition):
    message = "the payment provider {provider} is not set up here"


class SignatureInvalid(Unauthenticated):
    message = "the event is not {provider}'s: {problem}"


class ProviderRefused(Exception):
    """The provider finds a request of ours malformed or our credentials wrong: a fault of this installation."""


@dataclass(frozen=True)
class Traits:
    """What differs between providers and callers must know."""

    name: str
    """As in `atrium.billing.v1.Provider`, in small letters."""
    sandbox: bool = False
    """No money moves."""
    charges: bool = True
    """Charges by itself; otherwise people pay and somebody records it."""
    webhooks: bool = True
    key_lifetime: timedelta = timedelta(hours=23)
    """How long a key may be asked again rather than only looked up."""
    reporting_delay: timedelta = timedelta(0)
    """Movements may be missing from `list_movements` for so long."""
    publishable_key: str = ""
    """For the provider's script in the browser."""


@dataclass(frozen=True)
class Method:
    """A way to pay that the provider keeps."""

    reference: str
    label: str
    """What people know it by, such as `Visa •••• 4242`."""
    brand: str = ""
    last4: str = ""
    expire_month: int = 0
    expire_year: int = 0


class SetupState(enum.Enum):
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Setup:
    """How the saving of a method stands."""

    state: SetupState
    reference: str
    """For `look_up_setup`."""
    method: Method | None = None
    """When it succeeded."""
    confirmation: Confirmation | None = None
    """When the payer must act."""
    decline: DeclineReason | None = None
    """When it failed."""


def _check_amount(amount_minor: int, currency: str) -> None:
    if amount_minor <= 0:
        raise ValueError("an amount to move is greater than zero")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError("a currency is three capital letters")


@dataclass(frozen=True)
class ChargeRequest:
    """One payment as it is asked for. A repetition or look-up gives the same request again."""

    idempotency_key: str
    """Our payment's id."""
    amount_minor: int
    """Greater than zero."""
    currency: str
    create_time: datetime
    """When the payment was recorded, before the provider was first asked."""
    customer: str = ""
    """From `create_customer`."""
    method: str = ""
    """`Method.reference`. Empty where the payer chooses on the provider's page."""
    off_session: bool = True
    """The payer is not there: it is charged by agreement."""
    return_url: str = ""
    """Where the provider's page sends the browser afterwards."""
    description: str = ""
    """What the payer's statement may show, such as the invoice's number."""

    def __post_init__(self) -> None:
        _check_amount(self.amount_minor, self.currency)


@dataclass(frozen=True)
class Outcome:
    """What became of a charge."""

    state: State
    """The last three are final."""
    reference: str = ""
    """The provider's own name of the payment; empty when it keeps none."""
    decline: DeclineReason | None = None
    """When it failed."""
    detail: str = ""
    """The provider's own code, for those who look into it. Never shown to payers."""
    confirmation: Confirmation | None = None
    """When the payer must act."""


@dataclass(frozen=True)
class RefundRequest:
    """Money to give back, all or part of one payment."""

    idempotency_key: str
    """Our refund's id."""
    reference: str
    """`Outcome.reference` of the payment."""
    amount_minor: int
    """Greater than zero."""
    currency: str
    """The payment's."""

    def __post_init__(self) -> None:
        _check_amount(self.amount_minor, self.currency)


@dataclass(frozen=True)
class RefundOutcome:
    """What became of a refund. A refund that failed at the bank returns the money to the seller."""

    state: RefundState
    reference: str
    amount_minor: int
    detail: str = ""


class EventKind(enum.Enum):
    PAYMENT = "PAYMENT"
    """`outcome` is how the payment stood."""
    PAYER_AGREED = "PAYER_AGREED"
    """The payer agreed on the provider's page: `resume` the payment."""
    REFUND = "REFUND"
    """`refund` is how the refund stood."""
    SETUP = "SETUP"
    """The saving of a method went on: look it up by `reference`."""
    METHOD = "METHOD"
    """`method` is how a saved method is now: its bank has renewed the card."""
    DISPUTE = "DISPUTE"
    """`dispute` began, went on or was decided; `reference` is the payment's. Ask for the payment's disputes."""
    OTHER = "OTHER"
    """Nothing of ours; taken and forgotten."""


@dataclass(frozen=True)
class ProviderEvent:
    """One event of a provider, its signature checked."""

    id: str
    """The same for every delivery of the event."""
    kind: EventKind
    time: datetime
    """When it happened, as the provider says."""
    reference: str = ""
    """The provider's name of the payment, refund, setup or method."""
    idempotency_key: str = ""
    """Our id of the payment or refund; empty when the event does not carry it."""
    outcome: Outcome | None = None
    refund: RefundOutcome | None = None
    method: Method | None = None
    dispute: DisputeFacts | None = None
    type: str = ""
    """The provider's own word for it."""


class MovementKind(enum.Enum):
    CHARGE = "CHARGE"
    REFUND = "REFUND"
    DISPUTE = "DISPUTE"
    """Money of a payment that was taken back because of a dispute, or came again; `reference` is the payment's."""
    OTHER = "OTHER"
    """Fees and payouts: not of our asking."""


@dataclass(frozen=True)
class Movement:
    """One entry of the provider's own books."""

    id: str
    kind: MovementKind
    reference: str
    """The provider's name of the payment or refund."""
    idempotency_key: str
    """Our id of it; empty when the books do not carry it."""
    amount_minor: int
    """What the seller's balance gained before fees: positive for charges, negative for refunds."""
    currency: str
    fee_minor: int
    fee_currency: str
    """The currency of the seller's balance, which may be another than the payer's."""
    time: datetime


class PaymentProvider(Protocol):
    """Moves money. The module's docstring holds for every call."""

    @property
    def traits(self) -> Traits: ...

    async def create_customer(self, idempotency_key: str, *, name: str, email: str) -> str:
        """Makes the payer known and gives the provider's name of them; empty where the provider keeps none."""
        ...

    async def begin_setup(self, idempotency_key: str, *, customer: str, token: str = "", return_url: str = "") -> Setup:
        """Begins to save a method that may later be charged without the payer.

        With the `token` that the provider's fields in the browser gave out, it succeeds, fails or asks the payer at
        once; without one the payer is always asked. Repeating the key continues the same setup.
        """
        ...

    async def look_up_setup(self, reference: str, *, idempotency_key: str) -> Setup:
        """How a setup stands; finishes it when the payer has agreed. Repeating it gives the same method."""
        ...

    async def remove_method(self, method: str) -> None:
        """Makes the method useless for later charges (they fail with METHOD_GONE). Removing it twice is harmless."""
        ...

    async def charge(self, request: ChargeRequest) -> Outcome:
        """Takes the money, once per key; asked again it tells the outcome of the first time."""
        ...

    async def look_up(self, request: ChargeRequest, *, reference: str = "") -> Outcome | None:
        """How the charge of this key stands, by the provider's reference when it is known. Never moves money.

        None: the provider took nothing under this key and nobody is asked to pay; `charge` may be asked again.
        """
        ...

    async def resume(self, request: ChargeRequest, *, reference: str) -> Outcome:
        """Goes on with a charge that waits for the payer, who is there now or says that they have agreed.

        Finishes it when they have, otherwise says how they can; anything else is as in `look_up`.
        """
        ...

    async def cancel(self, request: ChargeRequest, *, reference: str) -> Outcome:
        """Gives up a charge that waits for the payer. A charge that was faster stays: its outcome is returned.

        Record the wish first and never resume afterwards: not every provider can be told to forget a request.
        """
        ...

    async def refund(self, request: RefundRequest) -> RefundOutcome:
        """Gives money back, once per key. Raises AmountExceeds for more than what is left of the payment."""
        ...

    async def look_up_refund(self, request: RefundRequest, *, reference: str = "") -> RefundOutcome | None:
        """How the refund of this key stands. None: there is none; it may be asked again."""
        ...

    async def list_disputes(self, reference: str) -> list[DisputeFacts]:
        """All disputes of the payment of this `Outcome.reference` as they stand now, oldest first.

        A provider that does not say with a dispute what it moved says so in `list_movements` under the payment's name.
        """
        ...

    async def read_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> ProviderEvent:
        """The event in these bytes, exactly as they came. Raises SignatureInvalid when it is not the provider's,
        too old or larger than LARGEST_EVENT_BYTES; ProviderUnavailable when that cannot be found out now."""
        ...

    def list_movements(self, start: datetime, end: datetime) -> AsyncIterator[Movement]:
        """The provider's books from `start` until before `end`, for comparing with ours; see `reporting_delay`."""
        ...

    async def aclose(self) -> None:
        """Closes connections."""
        ...
