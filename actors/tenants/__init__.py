"""Tenants: the provider's customers, from their first minute to their last."""

from actors.tenants.card import MODULE

__all__ = ["MODULE"]
