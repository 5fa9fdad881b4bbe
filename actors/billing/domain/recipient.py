"""Who in a tenant gets what Billing writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actors.billing.domain.account import Party
from actors.kernel.records import Record

CONTACT_ROLE = "role_billing_contact"
ADMIN_ROLE = "role_tenant_admin"
MOST_RECIPIENTS = 20
"""A mail goes to no more people."""


@dataclass(frozen=True, kw_only=True)
class Contact(Record):
    """One of a tenant's people. The id is the user's; followed from the events of who signs people in.

    Events about one person may come in another order than they happened: each keeps what it says, and a person that
    is gone stays so.
    """

    email: str = ""
    role_ids: tuple[str, ...] = ()
    suspended: bool = False
    gone: bool = False

    def provisioned(self, email: str, role_ids: Iterable[str]) -> Contact:
        """As they were made; what is newer is known already."""
        return self.but(email=self.email or email, role_ids=tuple(sorted({*self.role_ids, *role_ids})))

    def with_role(self, role_id: str) -> Contact:
        return self.but(role_ids=tuple(sorted({*self.role_ids, role_id})))

    def without_role(self, role_id: str) -> Contact:
        return self.but(role_ids=tuple(one for one in self.role_ids if one != role_id))


def recipients(party: Party, people: Iterable[Contact]) -> tuple[str, ...]:
    """The addresses that a tenant's bills go to: the one on its account and its billing contacts; else its admins.

    In order of the people's ids, each once; nobody who is suspended or gone.
    """
    reached = sorted((one for one in people if one.email and not one.suspended and not one.gone), key=lambda p: p.id)
    found = [party.email] if party.email else []
    found += [one.email for one in reached if CONTACT_ROLE in one.role_ids]
    found = found or [one.email for one in reached if ADMIN_ROLE in one.role_ids]
    return tuple({email.casefold(): email for email in found}.values())[:MOST_RECIPIENTS]
