"""Atrium's modules, run as Ray actors."""

MODULES = ("iam", "tenants", "billing")
"""The modules of this installation, in dependency order: the only list of them."""
