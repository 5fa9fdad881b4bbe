"""Whether a tenant's plan takes one user more."""

from __future__ import annotations

from actors.iam.domain.user import Status
from actors.iam.store import IamUnit
from actors.kernel.entitlements import Entitlements
from actors.kernel.store.contract import Ne

USERS = "users"
"""The meter: everybody who is not deleted, also who was only invited or is suspended."""
FEW = 64
"""From so few free places on, units that take one must see each other; so many are not under way at once."""


class Seats:
    """Counts a tenant's users against its plan."""

    def __init__(self, entitlements: Entitlements) -> None:
        self.entitlements = entitlements

    async def must_have_room(self, unit: IamUnit, more: int) -> None:
        """Raises LimitReached unless the plan of the call's tenant takes so many users more.

        With 0 it asks for somebody who counts already: refused where the plan takes fewer than there are. Of two units
        that take the last place one fails and is run again.
        """
        scope = unit.call.scope
        limit = self.entitlements.limit(scope, USERS)
        if limit is None or limit.charged_beyond:
            return
        hold = await unit.guard(USERS)
        used = await unit.users.count(Ne("status", Status.DELETED.name))
        self.entitlements.must_allow(scope, USERS, used=used, more=more)
        if more and limit.most - used <= FEW:
            hold()
