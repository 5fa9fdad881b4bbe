"""Follows what other modules say of tenants and their people, as far as Billing writes to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from actors.api.iam.v1 import (
    RoleAssigned,
    RoleRevoked,
    UserDeleted,
    UserProvisioned,
    UserRestored,
    UserSuspended,
    UserUpdated,
)
from actors.api.tenants.v1 import TenantCreated, TenantSettingsChanged, TenantUpdated
from actors.billing.domain.recipient import Contact
from actors.billing.keeping import BilledTenant
from actors.billing.platform_usage import PlatformUsage
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel.call import Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.unit import Store


class Following:
    """Projections in MongoDB, many events in one unit."""

    def __init__(self, room: Room, platform: PlatformUsage) -> None:
        self.clock, self.platform = room.clock, platform
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books

    def all(self) -> tuple[Reaction, ...]:
        people: dict[str, Callable[[Contact, Any], Contact]] = {
            UserProvisioned.DESCRIPTOR.name: _provisioned,
            UserUpdated.DESCRIPTOR.name: _updated,
            UserSuspended.DESCRIPTOR.name: lambda one, _: one.but(suspended=True),
            UserRestored.DESCRIPTOR.name: lambda one, _: one.but(suspended=False),
            UserDeleted.DESCRIPTOR.name: lambda one, _: one.but(gone=True),
            RoleAssigned.DESCRIPTOR.name: lambda one, event: one.with_role(event.role_id),
            RoleRevoked.DESCRIPTOR.name: lambda one, event: one.without_role(event.role_id),
        }
        tenants: dict[str, Callable[[BilledTenant, Any], BilledTenant]] = {
            TenantCreated.DESCRIPTOR.name: _named,
            TenantUpdated.DESCRIPTOR.name: _named,
        }
        return (
            *(Reaction(name, self._people(change), "iam", batch=True) for name, change in people.items()),
            *(Reaction(name, self._tenants(change), "tenants", batch=True) for name, change in tenants.items()),
            Reaction(TenantSettingsChanged.DESCRIPTOR.name, self.settings_changed, "tenants", books=True),
        )

    async def settings_changed(self, event: TenantSettingsChanged, call: Call) -> None:
        """Days on documents are counted where the tenant is, and documents and mails are in its language, unless
        another was chosen for them."""
        async with self.books.unit(call) as unit:
            account = await unit.accounts.find(event.tenant_id)
            if account is not None:
                unit.accounts.put(account.following(event.locale, event.time_zone, self.clock.now()))

    def _people(self, change: Callable[[Contact, Any], Contact]) -> Callable[[Any, Call], Any]:
        async def follow(events: Sequence[Any], call: Call) -> None:
            more: dict[str, int] = {}
            async with self.store.unit(call) as unit:
                for event in events:
                    if event.tenant_id:  # the provider's own people are not billed
                        contacts = unit.contacts.of(event.tenant_id)
                        known = await contacts.find(event.user_id)
                        after = contacts.put(change(known or Contact(id=event.user_id), event))
                        one = (not after.gone) - (known is not None and not known.gone)
                        more[event.tenant_id] = more.get(event.tenant_id, 0) + one
                await self.platform.count_users(unit, {tenant: count for tenant, count in more.items() if count})

        return follow

    def _tenants(self, change: Callable[[BilledTenant, Any], BilledTenant]) -> Callable[[Any, Call], Any]:
        async def follow(events: Sequence[Any], call: Call) -> None:
            async with self.store.unit(call) as unit:
                for event in events:
                    tenants = unit.billed_tenants.of(event.tenant_id)
                    known = await tenants.find(event.tenant_id) or BilledTenant(id=event.tenant_id)
                    tenants.put(change(known, event))

        return follow


def _provisioned(contact: Contact, event: UserProvisioned) -> Contact:
    return contact.provisioned(event.email, event.role_ids)


def _updated(contact: Contact, event: UserUpdated) -> Contact:
    return contact.but(email=event.email or contact.email)


def _named(tenant: BilledTenant, event: TenantCreated | TenantUpdated) -> BilledTenant:
    return tenant.but(slug=event.slug, display_name=event.display_name)
