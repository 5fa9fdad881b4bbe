"""How a tenant begins, whoever asks for it."""

from __future__ import annotations

from actors import MODULES
from actors.kernel.module import Room
from actors.kernel.time_zones import check_time_zone
from actors.tenants.domain.provisioning import Kind, new_provisioning
from actors.tenants.domain.settings import Branding, TenantSettings
from actors.tenants.domain.tenant import Isolation, Tenant, check_slug, new_tenant
from actors.tenants.saga import advance
from actors.tenants.settings import Plan, TenantsSettings
from actors.tenants.store import TenantsUnit


class Intake:
    """Begins tenants: the record, its settings and its saga, in one unit."""

    def __init__(self, room: Room) -> None:
        self.room, self.clock = room, room.clock
        self.settings: TenantsSettings = room.settings

    def begin(
        self,
        unit: TenantsUnit,
        *,
        slug: str,
        display_name: str,
        plan: str,
        chosen: Plan,
        admin_email: str,
        admin_display_name: str,
        locale: str,
        time_zone: str,
    ) -> Tenant:
        """A new tenant in PROVISIONING, on a plan that `Plans` has found. Raises SlugReserved now, SlugTaken when
        committing."""
        check_slug(slug)
        check_time_zone(time_zone)
        now, id = self.clock.now(), self.clock.new_id("ten")
        tenant = unit.tenants.put(
            new_tenant(
                id=id,
                slug=slug,
                display_name=display_name,
                plan=plan,
                tier=chosen.tier,
                isolation=Isolation[chosen.isolation],
                admin_email=admin_email,
                admin_display_name=admin_display_name,
                locale=locale,
                time_zone=time_zone,
                at=now,
            )
        )
        unit.settings.put(
            TenantSettings(
                id=id,
                tenant_id=id,
                branding=Branding(display_name=tenant.display_name),
                locale=tenant.locale,
                time_zone=tenant.time_zone,
                update_time=now,
            )
        )
        advance(unit, new_provisioning(id, skipped_steps(), now), self.settings)
        return tenant


def skipped_steps() -> tuple[Kind, ...]:
    """Steps that need a module which is not installed."""
    return () if "billing" in MODULES else (Kind.START_PLAN,)
