"""The sandbox's disputes: planned with the charge, and how they stand follows from the clock alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from actors.billing.domain.dispute import Facts, Moved, State
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.sandbox_tokens import Disputed

Data = Mapping[str, Any]
DISPUTED_AFTER = timedelta(seconds=10)
"""When a charge that is to be disputed is."""
_ANSWERED_WITHIN = timedelta(days=7)


def planned(disputed: Disputed, name: str, paid_time: datetime) -> dict[str, Any]:
    """A dispute as it is kept with its charge: all that will become of it."""
    opened = paid_time + DISPUTED_AFTER
    return {
        "name": name,
        "open_time": opened.isoformat(),
        "close_time": (opened + disputed.decided_after).isoformat() if disputed.ends else "",
        "ends": disputed.ends.value if disputed.ends else "",
        "percent": disputed.percent,
        "asks_only": disputed.asks_only,
    }


def standing(charge: Data, now: datetime) -> Facts | None:
    """The dispute of a charge that succeeded as it stands; None before it begins, and where all was refunded before."""
    plan = charge.get("dispute")
    if plan is None or (opened := datetime.fromisoformat(plan["open_time"])) > now:
        return None
    before = sum(
        one["amount_minor"]
        for one in charge["refunds"].values()
        if one["state"] != RefundState.FAILED.value and datetime.fromisoformat(one["time"]) < opened
    )
    amount = min(charge["amount_minor"] - before, max(1, charge["amount_minor"] * plan["percent"] // 100))
    if amount < 1:
        return None
    closed = datetime.fromisoformat(plan["close_time"]) if plan["close_time"] else None
    state = State(plan["ends"]) if closed is not None and closed <= now else State.OPEN
    moved = [] if plan["asks_only"] else [Moved(f"{plan['name']}.taken", -amount, opened)]
    if moved and state is State.WON and closed is not None:
        moved.append(Moved(f"{plan['name']}.returned", amount, closed))
    respond_time = opened + _ANSWERED_WITHIN
    return Facts(plan["name"], state, amount, charge["currency"], "fraudulent", respond_time, tuple(moved))


def taken_minor(charge: Data, now: datetime) -> int:
    """What the dispute of a charge has taken of it and not given back."""
    found = standing(charge, now)
    return -sum(one.amount_minor for one in found.moved) if found is not None else 0


def told(facts: Facts, payment: str) -> dict[str, Any]:
    """How a dispute stands, as events say it."""
    return {
        "payment": payment,
        "state": facts.state.value,
        "amount_minor": facts.amount_minor,
        "currency": facts.currency,
        "reason": facts.reason,
        "respond_time": facts.respond_time.isoformat() if facts.respond_time is not None else "",
    }


def heard(name: str, standing: Data) -> Facts:
    """The same, as it is read from an event."""
    respond_time = datetime.fromisoformat(standing["respond_time"]) if standing["respond_time"] else None
    words = (name, State(standing["state"]), standing["amount_minor"], standing["currency"])
    return Facts(*words, reason=standing["reason"], respond_time=respond_time)
