"""Billing: plans, subscriptions, usage, invoices, payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors.kernel.module import Module

    MODULE: Module

__all__ = ["MODULE"]


def __getattr__(name: str) -> Module:
    """The card, made when it is asked for: the module's settings are read without the rest of it."""
    if name != "MODULE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from actors.billing.card import MODULE

    return MODULE
