"""Customers who come by themselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from actors.api.tenants.v1 import (
    ConfirmSignUpRequest,
    ConfirmSignUpResponse,
    SignUpRequest,
    SignUpResponse,
    SignUpServiceServicer,
)
from actors.kernel import opaque
from actors.kernel.call import Call
from actors.kernel.mail import Templates
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Eq
from actors.kernel.store.unit import Store
from actors.tenants.domain.intake import ConfirmationInvalid, SignUp, SignUpClosed
from actors.tenants.domain.tenant import SlugTaken, check_slug
from actors.tenants.intake import Intake
from actors.tenants.plans import Plans
from actors.tenants.settings import TenantsSettings
from actors.tenants.store import TenantsUnit

_PREFIX = "sgn"
MOST_PENDING = 5
"""Unconfirmed sign-ups that one address is mailed about; more are dropped, so that nobody is flooded."""


class SignUpService(SignUpServiceServicer):
    """Sign-up: a mailed link first, a tenant only after it was followed."""

    def __init__(self, room: Room, intake: Intake, plans: Plans) -> None:
        self.room, self.clock, self.intake, self.plans = room, room.clock, intake, plans
        self.settings: TenantsSettings = room.settings
        self.store: Store[TenantsUnit] = room.store
        self._key = room.sealer.key("sign-up")
        self._templates = Templates(Path(__file__).parents[1] / "mails")

    async def SignUp(self, request: SignUpRequest, call: Call) -> SignUpResponse:
        if not self.settings.sign_up_open:
            raise SignUpClosed
        check_slug(request.slug)
        email, now = request.email.strip().casefold(), self.clock.now()
        async with self.store.unit(call) as unit:
            if await unit.tenants.by_slug(request.slug) is not None:
                raise SlugTaken(slug_key=request.slug)
            pending = (Eq("email", email), Eq("confirmed_tenant_id", ""), Between("expire_time", now))
            if await unit.sign_ups.count(*pending) >= MOST_PENDING:
                return SignUpResponse()
            id = self.clock.new_id("sgn")
            token, hashed = opaque.make(_PREFIX, "", id, self._key)
            unit.sign_ups.put(
                SignUp(
                    id=id,
                    company=request.company.strip(),
                    slug=request.slug,
                    email=email,
                    display_name=request.display_name.strip(),
                    locale=request.locale,
                    time_zone=request.time_zone,
                    secret_hash=hashed,
                    create_time=now,
                    expire_time=now + timedelta(hours=self.settings.sign_up_hours),
                )
            )
            unit.mail(
                self._templates.render(
                    "sign_up",
                    email,
                    name=request.display_name.strip(),
                    provider=request.company.strip(),
                    company=request.company.strip(),
                    link=f"{self.room.platform.public_url}/signup/confirm#token={token}",
                    lasts=f"{self.settings.sign_up_hours} hours",
                )
            )
        return SignUpResponse()

    async def ConfirmSignUp(self, request: ConfirmSignUpRequest, call: Call) -> ConfirmSignUpResponse:
        if not self.settings.sign_up_open:
            raise SignUpClosed
        known = opaque.read(request.token, _PREFIX, self._key)
        if known is None:
            raise ConfirmationInvalid
        try:
            return await self._confirm(known, call)
        except SlugTaken:
            async with self.store.unit(call, aside=True) as unit:
                sign_up = await unit.sign_ups.find(known.id)
            if sign_up is None or not sign_up.confirmed_tenant_id:
                raise
            # The link was followed twice at once: the other call took the slug, for the same tenant.
            return ConfirmSignUpResponse(tenant_id=sign_up.confirmed_tenant_id, slug=sign_up.slug)

    async def _confirm(self, known: opaque.Opaque, call: Call) -> ConfirmSignUpResponse:
        chosen = await self.plans.find(self.settings.trial_plan, call)
        async with self.store.unit(call) as unit:
            sign_up = await unit.sign_ups.find(known.id)
            if sign_up is None or sign_up.secret_hash != known.hash or sign_up.expire_time <= self.clock.now():
                raise ConfirmationInvalid
            if sign_up.confirmed_tenant_id:
                return ConfirmSignUpResponse(tenant_id=sign_up.confirmed_tenant_id, slug=sign_up.slug)
            tenant = self.intake.begin(
                unit,
                slug=sign_up.slug,
                display_name=sign_up.company,
                plan=self.settings.trial_plan,
                chosen=chosen,
                admin_email=sign_up.email,
                admin_display_name=sign_up.display_name,
                locale=sign_up.locale,
                time_zone=sign_up.time_zone,
            )
            unit.sign_ups.put(sign_up.but(confirmed_tenant_id=tenant.id))
            return unit.answer(ConfirmSignUpResponse(tenant_id=tenant.id, slug=tenant.slug))
