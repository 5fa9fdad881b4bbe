"""The sandbox's test tokens: what each one does when it is saved, charged and refunded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from actors.billing.domain.dispute import State as DisputeState
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.refund import State as RefundState


@dataclass(frozen=True)
class Disputed:
    """What becomes of charges that their payer disputes."""

    ends: DisputeState | None = None
    """None is never decided."""
    percent: int = 100
    """How much of the charge is disputed."""
    asks_only: bool = False
    """The bank only asks, and nothing is taken meanwhile."""
    decided_after: timedelta = timedelta(minutes=1)
    """After it began."""


@dataclass(frozen=True)
class Behaviour:
    """What a method made from a token does."""

    says: str
    """In a line, for the form that offers the tokens."""
    brand: str = "Visa"
    last4: str = "4242"
    setup_asks: bool = False
    """The payer must confirm before the method is saved."""
    setup_decline: DeclineReason | None = None
    charge: State = State.SUCCEEDED
    """How a charge stands at once."""
    decline: DeclineReason | None = None
    """Why, when a charge fails at once or in the end."""
    successes: int | None = None
    """So many charges succeed, then `decline` holds; None for no such limit."""
    settles_as: State | None = None
    """How a PENDING charge ends."""
    silent: bool = False
    """The charge happens but the answer never comes."""
    down: bool = False
    """Nothing happens and no answer comes."""
    refund: RefundState = RefundState.SUCCEEDED
    refund_settles_as: RefundState | None = None
    disputed: Disputed | None = None
    """When a charge succeeded, it is disputed soon."""


def _declined(says: str, decline: DeclineReason, last4: str) -> Behaviour:
    return Behaviour(says, last4=last4, charge=State.FAILED, decline=decline)


_R = DeclineReason
SETTLES_AFTER = timedelta(seconds=5)
"""When what is PENDING ends."""
_WON, _LOST = Disputed(DisputeState.WON), Disputed(DisputeState.LOST)
_LATER = Behaviour("Succeeds twice, then declines", last4="0341", successes=2, decline=_R.GENERIC)

TOKENS: Mapping[str, Behaviour] = {
    "tok_visa": Behaviour("Succeeds"),
    "tok_mastercard": Behaviour("Succeeds", brand="Mastercard", last4="4444"),
    "tok_visa_declined": _declined("Declined without a reason", _R.GENERIC, "0002"),
    "tok_insufficient_funds": _declined("Insufficient funds", _R.INSUFFICIENT_FUNDS, "9995"),
    "tok_expired": _declined("Expired", _R.EXPIRED, "0069"),
    "tok_incorrect": _declined("Incorrect details", _R.INCORRECT_DETAILS, "0127"),
    "tok_lost": _declined("Lost or stolen", _R.LOST_OR_STOLEN, "9987"),
    "tok_fraud": _declined("Suspected fraud", _R.SUSPECTED_FRAUD, "0019"),
    "tok_limit": _declined("Over the payer's limit", _R.LIMIT_EXCEEDED, "6975"),
    "tok_unsupported": _declined("Not supported", _R.UNSUPPORTED, "0028"),
    "tok_gone": _declined("Removed at the provider", _R.METHOD_GONE, "0036"),
    "tok_challenge": Behaviour("Asks the payer to confirm each charge", last4="3155", charge=State.REQUIRES_ACTION),
    "tok_setup_challenge": Behaviour("Asks the payer to confirm once, then succeeds", last4="3220", setup_asks=True),
    "tok_setup_declined": Behaviour("Cannot be saved", last4="0002", setup_decline=_R.GENERIC),
    "tok_decline_later": _LATER,
    "tok_slow": Behaviour("Succeeds after a while", last4="0077", charge=State.PENDING, settles_as=State.SUCCEEDED),
    "tok_slow_declined": Behaviour(
        "Declines after a while",
        last4="0259",
        charge=State.PENDING,
        settles_as=State.FAILED,
        decline=_R.INSUFFICIENT_FUNDS,
    ),
    "tok_timeout": Behaviour("Succeeds, but the answer never comes", last4="0044", silent=True),
    "tok_down": Behaviour("The provider is down; nothing happens", last4="0051", down=True),
    "tok_refund_slow": Behaviour(
        "Refunds succeed after a while",
        last4="7726",
        refund=RefundState.PENDING,
        refund_settles_as=RefundState.SUCCEEDED,
    ),
    "tok_refund_fails": Behaviour(
        "Refunds fail after a while", last4="5126", refund=RefundState.PENDING, refund_settles_as=RefundState.FAILED
    ),
    "tok_disputed": Behaviour("Succeeds, then is disputed and stays so", last4="2685", disputed=Disputed()),
    "tok_disputed_won": Behaviour("Is disputed, and the dispute is won", last4="1976", disputed=_WON),
    "tok_disputed_lost": Behaviour("Is disputed, and the dispute is lost", last4="5423", disputed=_LOST),
    "tok_disputed_half": Behaviour(
        "Half of it is disputed, and the dispute is lost",
        last4="4236",
        disputed=Disputed(DisputeState.LOST, percent=50),
    ),
    "tok_disputed_asked": Behaviour(
        "The bank only asks about it, then lets it be",
        last4="9979",
        disputed=Disputed(DisputeState.WON, asks_only=True),
    ),
}


def behaviour(token: str) -> Behaviour | None:
    """What the token does; None for one that there is not.

    `tok_decline_later_7` succeeds seven times, `tok_disputed_lost_30` (or `…_won_30`, `…_half_30`) is decided after
    thirty days.
    """
    if counted := re.fullmatch(r"tok_decline_later_([0-9]{1,3})", token):
        return replace(_LATER, says=f"Succeeds {counted[1]} times, then declines", successes=int(counted[1]))
    if later := re.fullmatch(r"(tok_disputed_(?:won|lost|half))_([0-9]{1,3})", token):
        does = TOKENS[later[1]]
        disputed = replace(does.disputed or Disputed(), decided_after=timedelta(days=int(later[2])))
        return replace(does, says=f"{does.says} after {later[2]} days", disputed=disputed)
    return TOKENS.get(token)
