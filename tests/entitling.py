"""What tenants of a test world may use, announced as the module that sells plans does."""

from __future__ import annotations

import itertools

from actors.billing.domain.entitlement import AnnouncedLimit, EntitlementsChanged
from actors.kernel.call import system_call
from actors.kernel.entitlements import API_KEYS
from actors.kernel.records import Announcement
from tests.world import World

_revisions = itertools.count(1_000_000)
"""Above all that a subscription of the world itself announces."""


async def entitle(
    world: World,
    tenant_id: str,
    *,
    usable: bool = True,
    tier: str = "standard",
    plan: str = "standard",
    charged: tuple[str, ...] = (),
    features: tuple[str, ...] = (API_KEYS,),
    **limits: int,
) -> None:
    """Announces the tenant's limits by meter; those of `charged` charge what is beyond."""
    await announce(
        world,
        EntitlementsChanged(
            tenant_id=tenant_id,
            plan_id=plan,
            tier=tier,
            usable=usable,
            limits=tuple(AnnouncedLimit(meter, most, meter in charged) for meter, most in limits.items()),
            features=features,
            revision=next(_revisions),
        ),
    )


async def announce(world: World, announcement: Announcement) -> None:
    async with world.hosts["billing"].store.unit(system_call(), aside=True) as unit:
        unit.announce(announcement)
    await world.settle()
