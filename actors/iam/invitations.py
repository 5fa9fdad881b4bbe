"""One-time links in mails: invitations and new passwords."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from actors.iam.domain.access import Link, LinkInvalid, Purpose, Tenancy
from actors.iam.domain.user import User
from actors.iam.settings import IamSettings
from actors.iam.store import IamUnit
from actors.kernel import opaque
from actors.kernel.call import Call
from actors.kernel.errors import NotFound
from actors.kernel.mail import Templates
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

_PREFIX = "lnk"
_PAGES = {Purpose.INVITATION: "accept-invitation", Purpose.PASSWORD_RESET: "reset-password"}


class Links:
    """Makes links, mails them, and takes them back once."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.settings: IamSettings = room.settings
        self.store: Store[IamUnit] = room.store
        self._key = room.sealer.key("one-time-link")
        self._templates = Templates(Path(__file__).parent / "mails")

    async def send(self, unit: IamUnit, call: Call, user: User, tenancy: Tenancy | None, purpose: Purpose) -> None:
        """Mails the user a new link; older ones for the same purpose stop working."""
        invitation = purpose is Purpose.INVITATION
        lasts = (
            timedelta(hours=self.settings.invitation_hours)
            if invitation
            else timedelta(minutes=self.settings.reset_minutes)
        )
        for older in await unit.links.of_user(user.id, purpose):
            unit.links.delete(older)
        id = self.room.clock.new_id("lnk")
        token, hashed = opaque.make(_PREFIX, call.scope, id, self._key)
        unit.links.put(
            Link(
                id=id,
                user_id=user.id,
                purpose=purpose,
                secret_hash=hashed,
                expire_time=self.room.clock.now() + lasts,
            )
        )
        installation = await unit.installation.find("installation")
        provider = installation.organization_name if installation else "Atrium"
        area = f"t/{tenancy.slug}" if tenancy else "master-admin"
        unit.mail(
            self._templates.render(
                "invitation" if invitation else "password_reset",
                user.email,
                name=user.display_name,
                provider=provider,
                organization=tenancy.display_name if tenancy else provider,
                # After the #, so that the token reaches no server's log.
                link=f"{self.room.platform.public_url}/{area}/{_PAGES[purpose]}#token={token}",
                lasts=f"{self.settings.invitation_hours // 24} days"
                if invitation
                else f"{self.settings.reset_minutes} minutes",
            )
        )

    async def open(self, unit: IamUnit, call: Call, token: str, purpose: Purpose) -> tuple[Link, User]:
        """The link and its user; the call is about the link's scope from now on. Raises LinkInvalid."""
        scope, link = await self._read(unit, call, token, purpose)
        user = await unit.users.of(scope).find(link.user_id)
        if user is None:
            raise LinkInvalid
        return link, user

    def scope_of(self, token: str) -> str:
        """The scope a link belongs to. Raises LinkInvalid for one that was never ours."""
        known = opaque.read(token, _PREFIX, self._key)
        if known is None:
            raise LinkInvalid
        return known.scope

    async def _read(self, unit: IamUnit, call: Call, token: str, purpose: Purpose) -> tuple[str, Link]:
        known = opaque.read(token, _PREFIX, self._key)
        if known is None:
            raise LinkInvalid
        try:
            link = await unit.links.of(known.scope).find(known.id)
        except NotFound:  # the tenant is gone, with all its links
            link = None
        usable = (
            link is not None
            and link.secret_hash == known.hash
            and link.purpose is purpose
            and link.expire_time > self.room.clock.now()
        )
        if link is None or not usable:
            raise LinkInvalid
        return known.scope, link
