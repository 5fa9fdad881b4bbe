"""Billing: plans, subscriptions, usage, invoices and payments."""
