"""Tenants' card: what the host knows of it."""

from __future__ import annotations

from actors.kernel.module import Furnished, Module, Room
from actors.tenants.domain.activity import ReviewDue
from actors.tenants.intake import Intake
from actors.tenants.plans import Plans
from actors.tenants.reactions import TenantsReactions
from actors.tenants.review import Review
from actors.tenants.saga import Saga
from actors.tenants.seed import seed
from actors.tenants.services.provisioning_service import ProvisioningService
from actors.tenants.services.sign_up_service import SignUpService
from actors.tenants.services.tenant_export_service import TenantExportService
from actors.tenants.services.tenant_metrics_service import TenantMetricsService
from actors.tenants.services.tenant_service import TenantService
from actors.tenants.services.tenant_settings_service import TenantSettingsService
from actors.tenants.settings import TenantsSettings
from actors.tenants.store import COLLECTIONS, TenantsUnit


def furnish(room: Room) -> Furnished:
    intake, plans, saga, review = Intake(room), Plans(room), Saga(room), Review(room)
    return Furnished(
        services=(
            TenantService(room, intake, plans),
            ProvisioningService(room),
            TenantSettingsService(room),
            SignUpService(room, intake, plans),
            TenantMetricsService(room, review),
            TenantExportService(room),
        ),
        reactions=TenantsReactions(room, saga, review).all(),
        schedules=(("review", room.settings.review_every, ReviewDue()),),
    )


MODULE = Module(
    name="tenants", unit=TenantsUnit, collections=COLLECTIONS, settings=TenantsSettings, furnish=furnish, seed=seed
)
