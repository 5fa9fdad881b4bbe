"""Passwords, and the one-time links that set them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.kernel.errors import AtriumError
from tests.world import PASSWORD, World, link_token, refused

NEW = "another battery staple pair"
SUE = "sue@acme.example"


async def forgotten(world: World, email: str = SUE, tenant: str = "acme") -> str:
    """The token of the link that is mailed."""
    await world.call("iam.ForgotPassword", realm=2 if tenant else 1, tenant=tenant, email=email)
    await world.settle()
    return link_token(world.mails.to(email)[-1])


async def invited(world: World, email: str = "ivy@acme.example") -> tuple[Any, str]:
    user = await world.call("iam.CreateUser", world.acme_admin, email=email, display_name="Ivy")
    await world.settle()
    return user, link_token(world.mails.to(email)[-1])


async def test_a_forgotten_password_is_replaced_with_the_mailed_link(world: World) -> None:
    _, token = await world.person(world.acme_admin, SUE)
    link = await forgotten(world)
    await world.call("iam.ResetPassword", token=link, password=NEW)
    await world.settle()
    assert (await world.login(SUE, "acme", NEW)).access_token
    with refused("CREDENTIALS_WRONG"):
        await world.login(SUE, "acme")
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", token)


async def test_a_platform_user_gets_a_link_to_the_providers_pages(world: World) -> None:
    link = await forgotten(world, "root@example.com", "")
    assert "/master-admin/reset-password#token=" in world.mails.to("root@example.com")[-1].text
    await world.call("iam.ResetPassword", token=link, password=NEW)
    assert (await world.login("root@example.com", password=NEW)).access_token


async def test_the_answer_is_the_same_whether_the_account_exists_or_not(world: World) -> None:
    ivy, _ = await invited(world)
    sue, _ = await world.person(world.acme_admin, SUE)
    await world.call("iam.SuspendUser", world.acme_admin, id=sue.id)
    await world.call("tenants.SuspendTenant", world.root, id=world.globex.id)
    await world.settle()
    before = dict(world.mails.mails)
    answers = [
        await world.call("iam.ForgotPassword", realm=2 if tenant else 1, tenant=tenant, email=email)
        for email, tenant in (
            ("nobody@acme.example", "acme"),
            (ivy.email, "acme"),
            (SUE, "acme"),
            ("admin@acme.example", ""),
            ("admin@globex.example", "globex"),
            ("x@y.example", "no-such-tenant"),
        )
    ]
    await world.settle()
    assert all(answer == answers[0] for answer in answers) and world.mails.mails == before


async def test_the_realm_and_the_tenant_must_fit(world: World) -> None:
    for fields in ({"realm": 2}, {"realm": 1, "tenant": "acme"}, {"realm": 0}):
        with refused("INVALID_FIELDS"):
            await world.call("iam.ForgotPassword", email="root@example.com", **fields)


async def test_a_link_works_once(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    link = await forgotten(world)
    await world.call("iam.ResetPassword", token=link, password=NEW)
    with refused("LINK_INVALID"):
        await world.call("iam.ResetPassword", token=link, password="yet another battery staple")


async def test_of_two_uses_of_one_link_at_once_one_wins(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    link = await forgotten(world)

    async def one(password: str) -> str:
        try:
            await world.call("iam.ResetPassword", token=link, password=password)
        except AtriumError as error:
            return error.reason()
        return "DONE"

    assert sorted(await asyncio.gather(one(NEW), one(f"{NEW} two"))) == ["DONE", "LINK_INVALID"]


async def test_a_newer_link_replaces_the_older(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    older, newer = await forgotten(world), await forgotten(world)
    with refused("LINK_INVALID"):
        await world.call("iam.ResetPassword", token=older, password=NEW)
    await world.call("iam.ResetPassword", token=newer, password=NEW)


async def test_a_link_is_past_its_time_after_an_hour(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    link = await forgotten(world)
    await world.later(minutes=60)
    with refused("LINK_INVALID"):
        await world.call("iam.ResetPassword", token=link, password=NEW)


async def test_a_link_is_good_only_for_what_it_was_mailed_for(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    reset = await forgotten(world)
    _, invitation = await invited(world)
    with refused("LINK_INVALID"):
        await world.call("iam.ResetPassword", token=invitation, password=NEW)
    with refused("LINK_INVALID"):
        await world.call("iam.AcceptInvitation", token=reset, password=NEW)
    with refused("LINK_INVALID"):
        await world.call("iam.GetInvitation", token=reset)


@pytest.mark.parametrize("token", ["x", "lnk.platform.lnk_1.x.y", "....", "lnk.ten_1.lnk_1.aaaa.bbbb"])
async def test_a_made_up_link_is_refused(world: World, token: str) -> None:
    for method in ("iam.ResetPassword", "iam.AcceptInvitation"):
        with refused("LINK_INVALID"):
            await world.call(method, token=token, password=NEW)


async def test_a_link_dies_with_the_address_it_was_sent_to(world: World) -> None:
    sue, _ = await world.person(world.acme_admin, SUE)
    reset = await forgotten(world)
    ivy, invitation = await invited(world)
    await world.call("iam.UpdateUser", world.acme_admin, id=sue.id, email="susan@acme.example")
    await world.call("iam.UpdateUser", world.acme_admin, id=ivy.id, email="ivy2@acme.example")
    with refused("LINK_INVALID"):
        await world.call("iam.ResetPassword", token=reset, password=NEW)
    with refused("LINK_INVALID"):
        await world.call("iam.AcceptInvitation", token=invitation, password=NEW)
    await world.call("iam.InviteUser", world.acme_admin, id=ivy.id)
    await world.settle()
    link = link_token(world.mails.to("ivy2@acme.example")[-1])
    assert (await world.call("iam.AcceptInvitation", token=link, password=NEW)).user.id == ivy.id


async def test_links_of_a_deleted_or_suspended_person_are_worth_nothing(world: World) -> None:
    sue, _ = await world.person(world.acme_admin, SUE)
    reset = await forgotten(world)
    await world.call("iam.SuspendUser", world.acme_admin, id=sue.id)
    with refused("LINK_INVALID"):
        await world.call("iam.ResetPassword", token=reset, password=NEW)
    ivy, invitation = await invited(world)
    await world.call("iam.DeleteUser", world.acme_admin, id=ivy.id)
    for method, fields in (("iam.GetInvitation", {}), ("iam.AcceptInvitation", {"password": NEW})):
        with refused("LINK_INVALID"):
            await world.call(method, token=invitation, **fields)


async def test_a_reset_lifts_the_accounts_lock(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    for _ in range(5):
        with refused("CREDENTIALS_WRONG"):
            await world.login(SUE, "acme", "wrong")
    with refused("LOCKED_OUT"):
        await world.login(SUE, "acme")
    await world.call("iam.ResetPassword", token=await forgotten(world), password=NEW)
    assert (await world.login(SUE, "acme", NEW)).access_token


async def test_a_weak_new_password_is_refused_and_the_link_stays_good(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    link = await forgotten(world)
    for weak in ("password", SUE, "sue12345"):
        with refused("PASSWORD_WEAK") as seen:
            await world.call("iam.ResetPassword", token=link, password=weak)
        assert seen.error.violations[0].field == "password"
    await world.call("iam.ResetPassword", token=link, password=NEW)


async def test_changing_the_password_ends_the_other_sessions(world: World) -> None:
    _, token = await world.person(world.acme_admin, SUE)
    other = await world.login(SUE, "acme")
    await world.call("iam.ChangePassword", token, current_password=PASSWORD, new_password=NEW)
    await world.settle()
    assert (await world.call("iam.GetMe", token)).user.email == SUE
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", other.access_token)
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=other.refresh_token)
    assert (await world.login(SUE, "acme", NEW)).access_token


async def test_changing_the_password_needs_the_present_one(world: World) -> None:
    _, token = await world.person(world.acme_admin, SUE)
    for _ in range(5):
        with refused("CREDENTIALS_WRONG"):
            await world.call("iam.ChangePassword", token, current_password="guess", new_password=NEW)
    with refused("LOCKED_OUT"):
        await world.call("iam.ChangePassword", token, current_password=PASSWORD, new_password=NEW)
    await world.later(seconds=2)
    with refused("PASSWORD_WEAK") as seen:
        await world.call("iam.ChangePassword", token, current_password=PASSWORD, new_password="password1")
    assert seen.error.violations[0].field == "new_password"


async def test_an_invitation_says_whom_it_is_for_and_is_accepted_once(world: World) -> None:
    user, link = await invited(world)
    assert "/t/acme/accept-invitation#token=" in world.mails.to("ivy@acme.example")[-1].text
    shown = await world.call("iam.GetInvitation", token=link)
    assert (shown.email, shown.display_name, shown.tenant, shown.tenant_display_name) == (
        "ivy@acme.example",
        "Ivy",
        "acme",
        "Acme",
    )
    signed_in = await world.call("iam.AcceptInvitation", token=link, password=NEW, display_name=" Ivy Green ")
    assert signed_in.user.id == user.id and signed_in.user.display_name == "Ivy Green"
    assert signed_in.user.status == signed_in.user.STATUS_ACTIVE
    assert (await world.call("iam.GetMe", signed_in.access_token)).user.id == user.id
    with refused("LINK_INVALID"):
        await world.call("iam.AcceptInvitation", token=link, password=NEW)


async def test_an_invitation_is_past_its_time_after_a_week(world: World) -> None:
    _, link = await invited(world)
    await world.later(hours=168)
    with refused("LINK_INVALID"):
        await world.call("iam.GetInvitation", token=link)


async def test_inviting_again_replaces_the_link(world: World) -> None:
    user, older = await invited(world)
    await world.call("iam.InviteUser", world.acme_admin, id=user.id)
    await world.settle()
    with refused("LINK_INVALID"):
        await world.call("iam.GetInvitation", token=older)
    newer = link_token(world.mails.to("ivy@acme.example")[-1])
    assert (await world.call("iam.GetInvitation", token=newer)).email == "ivy@acme.example"


async def test_an_invitation_to_a_tenant_that_is_suspended_waits(world: World) -> None:
    _, link = await invited(world)
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    with refused("LINK_INVALID"):
        await world.call("iam.AcceptInvitation", token=link, password=NEW)
    await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)
    await world.settle()
    assert (await world.call("iam.AcceptInvitation", token=link, password=NEW)).access_token


async def test_where_a_factor_is_required_accepting_leads_to_its_set_up(world: World) -> None:
    await world.call("tenants.UpdateTenantSettings", world.acme_admin, tenant_id=world.acme.id, mfa_required=True)
    await world.settle()
    _, link = await invited(world)
    answer = await world.call("iam.AcceptInvitation", token=link, password=NEW)
    assert answer.mfa_setup_needed and answer.mfa_token and not answer.access_token


async def test_an_invitation_can_be_accepted_with_a_cookie(world: World) -> None:
    _, link = await invited(world)
    seen: dict[str, str] = {}
    answer = await world.call("iam.AcceptInvitation", token=link, password=NEW, delivery=1, seen=seen)
    assert not answer.refresh_token and seen["set-cookie"].startswith("atrium_refresh_acme=atr.")


async def test_only_hashes_of_links_and_passwords_are_kept(world: World) -> None:
    _, link = await invited(world)
    await world.call("iam.AcceptInvitation", token=link, password=NEW)
    await world.settle()
    assert world.mentions(link.split(".")[3]) == [] and world.mentions(NEW) == [] and world.mentions(PASSWORD) == []
