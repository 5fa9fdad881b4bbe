"""What the built-in roles may do with money, by Billing's own contract."""

from __future__ import annotations

import pytest

from actors import MODULES
from actors.iam.domain.role import BY_ID
from actors.kernel.access.policy import policy_of
from actors.kernel.call import PLATFORM, TENANT

POLICY = policy_of(MODULES)


def billing(realm: str, reads: bool = False) -> set[str]:
    """The permissions that Billing's methods ask callers of a realm for; those of methods that change nothing."""
    return {
        id
        for id, permission in POLICY.catalogue.items()
        if permission.module == "billing"
        and realm in permission.realms
        and (not reads or all(method.safe for method in permission.methods))
    }


def held(role: str, realm: str) -> set[str]:
    return set(POLICY.expand(BY_ID[role].permissions, realm)) & billing(realm)


@pytest.mark.parametrize("role", ["role_super_admin", "role_billing_admin"])
def test_who_bills_may_do_all_of_it(role: str) -> None:
    assert held(role, PLATFORM) == billing(PLATFORM)


def test_an_admin_runs_billing_too() -> None:
    assert billing(PLATFORM) - held("role_admin", PLATFORM) == set()
    assert "ledger.read" in held("role_admin", PLATFORM)


def test_an_auditor_reads_and_changes_nothing() -> None:
    found = held("role_auditor", PLATFORM)
    assert found and all(method.safe for id in found - {"ledger.read"} for method in POLICY.catalogue[id].methods)
    assert found >= {"plans.read", "subscriptions.read", "invoices.read", "payments.read", "ledger.read", "usage.read"}


def test_a_billing_contact_pays_and_a_member_does_not() -> None:
    assert held("role_tenant_admin", TENANT) == billing(TENANT)
    contact = held("role_billing_contact", TENANT)
    assert contact >= {"subscriptions.manage", "invoices.read", "payments.create", "payment-methods.manage"}
    assert not any(id.endswith((".manage", ".create")) for id in held("role_member", TENANT))
    assert held("role_viewer", TENANT) == set()


def test_no_tenant_can_hold_what_is_the_providers() -> None:
    provider_only = {"plans.read", "plans.manage", "billing-accounts.manage", "credits.grant", "ledger.read"}
    assert not provider_only & billing(TENANT)
