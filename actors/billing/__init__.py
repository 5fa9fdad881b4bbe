"""Billing: plans, subscriptions, usage, invoices, payments."""
