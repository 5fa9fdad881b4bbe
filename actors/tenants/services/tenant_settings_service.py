"""What a tenant decides for itself."""

from __future__ import annotations

import dataclasses

from actors.api.tenants.v1 import (
    Branding as BrandingMessage,
)
from actors.api.tenants.v1 import (
    GetBrandingRequest,
    GetTenantSettingsRequest,
    TenantSettingsServiceServicer,
    UpdateTenantSettingsRequest,
)
from actors.api.tenants.v1 import (
    TenantSettings as TenantSettingsMessage,
)
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.errors import NotFound
from actors.kernel.module import Room
from actors.kernel.store.unit import Store
from actors.kernel.time_zones import check_time_zone
from actors.tenants.domain.tenant import State
from actors.tenants.store import TenantsUnit


class TenantSettingsService(TenantSettingsServiceServicer):
    """Branding, locale and security policy of tenants."""

    def __init__(self, room: Room) -> None:
        self.clock = room.clock
        self.store: Store[TenantsUnit] = room.store

    async def GetTenantSettings(self, request: GetTenantSettingsRequest, call: Call) -> TenantSettingsMessage:
        async with self.store.unit(call) as unit:
            settings = await unit.settings.get(request.tenant_id)
        return wire.message(TenantSettingsMessage, settings, tenant_id=settings.id)

    async def UpdateTenantSettings(self, request: UpdateTenantSettingsRequest, call: Call) -> TenantSettingsMessage:
        check_time_zone(request.time_zone)

        def given(*names: str) -> dict[str, object]:
            return {name: getattr(request, name) for name in names if request.HasField(name)}  # type: ignore[arg-type]

        async with self.store.unit(call) as unit:
            (await unit.tenants.get(request.tenant_id)).must_exist("change its settings")
            settings = await unit.settings.get(request.tenant_id, request.etag)
            security = given("mfa_required", "session_hours")
            if request.HasField("allowed_email_domains"):
                names = tuple(sorted(name.casefold() for name in request.allowed_email_domains.names))
                security["allowed_email_domains"] = names
            settings = settings.changed(
                self.clock.now(),
                branding=dataclasses.replace(
                    settings.branding,
                    **given("display_name", "primary_color", "accent_color", "logo"),  # type: ignore[arg-type]
                ),
                locale=request.locale if request.HasField("locale") else settings.locale,
                time_zone=request.time_zone if request.HasField("time_zone") else settings.time_zone,
                security=dataclasses.replace(settings.security, **security),  # type: ignore[arg-type]
            )
            settings = unit.settings.put(settings)
            return wire.message(TenantSettingsMessage, settings, tenant_id=settings.id)

    async def GetBranding(self, request: GetBrandingRequest, call: Call) -> BrandingMessage:
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.by_slug(request.slug)
            settings = await unit.settings.find(tenant.id) if tenant else None
        if tenant is None or settings is None or tenant.state in (State.DELETING, State.PURGED, State.FAILED):
            raise NotFound(kind="tenant", id=request.slug)
        return wire.message(BrandingMessage, settings.branding)
