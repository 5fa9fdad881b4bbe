"""Billing: plans, subscriptions, usage, invoices, payments."""

from actors.billing.card import MODULE

__all__ = ["MODULE"]
