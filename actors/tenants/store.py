"""What Tenants keeps, and how it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from actors.kernel.store.contract import Collection, Eq, In, Index, Ne, Reach
from actors.kernel.store.unit import Records, Unit
from actors.tenants.domain.activity import TenantActivity
from actors.tenants.domain.intake import SignUp, TenantExport
from actors.tenants.domain.provisioning import Provisioning
from actors.tenants.domain.settings import TenantSettings
from actors.tenants.domain.tenant import SlugTaken, State, Tenant

TENANTS = Collection(
    "tenants",
    Tenant,
    Reach.PROVIDER,
    indexes=(
        Index(("slug_key",), unique=True, error=SlugTaken),
        Index(("display_name", "id")),
        Index(("create_time", "id")),
        Index(("health_score", "id")),
        Index(("state", "display_name", "id")),
        Index(("state", "create_time", "id")),
        Index(("plan", "create_time", "id")),
        Index(("create_day",)),
        Index(("delete_day",)),
    ),
    search=("display_name", "slug", "admin_email"),
    purged=False,
)
PROVISIONINGS = Collection(
    "tenant_provisionings", Provisioning, Reach.PROVIDER, kind="provisioning", exported=False, purged=False
)
SETTINGS = Collection("tenant_settings", TenantSettings, Reach.PROVIDER, kind="tenant")
ACTIVITY = Collection(
    "tenant_activity",
    TenantActivity,
    Reach.PROVIDER,
    indexes=(Index(("tenant_id", "day", "id")), Index(("day", "tenant_id"))),
    kind="activity",
)
SIGN_UPS = Collection(
    "sign_ups", SignUp, Reach.PLATFORM, indexes=(Index(("email",)),), expires="expire_time", exported=False
)
EXPORTS = Collection(
    "tenant_exports", TenantExport, Reach.PROVIDER, indexes=(Index(("tenant_id", "id")),), kind="export", exported=False
)

COLLECTIONS = (TENANTS, PROVISIONINGS, SETTINGS, ACTIVITY, SIGN_UPS, EXPORTS)


class Tenants(Records[Tenant]):
    collection = TENANTS

    async def by_slug(self, slug: str) -> Tenant | None:
        return await self.one(Eq("slug_key", slug))

    async def not_purged(self, ids: Iterable[str]) -> set[str]:
        """Those of the tenants that may still have records."""
        asked = tuple(ids)
        found = await self.select(In("id", asked), Ne("state", State.PURGED.name), limit=len(asked)) if asked else []
        return {tenant.id for tenant in found}


class TenantsUnit(Unit):
    """A unit over Tenants' collections."""

    @cached_property
    def tenants(self) -> Tenants:
        return Tenants(self)

    @cached_property
    def provisionings(self) -> Records[Provisioning]:
        return Records(self, PROVISIONINGS)

    @cached_property
    def settings(self) -> Records[TenantSettings]:
        return Records(self, SETTINGS)

    @cached_property
    def activity(self) -> Records[TenantActivity]:
        return Records(self, ACTIVITY)

    @cached_property
    def sign_ups(self) -> Records[SignUp]:
        return Records(self, SIGN_UPS)

    @cached_property
    def exports(self) -> Records[TenantExport]:
        return Records(self, EXPORTS)
