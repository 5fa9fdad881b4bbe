"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import asyncio

import jwt
import pytest

from actors.kernel.errors import AtriumError
from tests.world import World, principal_of, refused


async def test_sign_in_answers_a_token_that_says_who_where_and_what(world: World) -> None:
    signed_in = await world.login("Admin@ACME.example", "acme")
    claims = jwt.decode(signed_in.access_token, options={"verify_signature": False})
    assert {"iss", "aud", "sub", "sid", "rlm", "tid", "tier", "roles"} <= claims.keys()
    assert claims["sub"] == signed_in.user.id and claims["sid"] == signed_in.session_id
    assert (claims["rlm"], claims["tid"], claims["tier"]) == ("tenant", world.acme.id, "standard")
    assert claims["roles"] == ["role_tenant_admin"]
    assert claims["exp"] - claims["iat"] == 300
    header = jwt.get_unverified_header(signed_in.access_token)
    assert header["alg"] == "ES256" and header["kid"]
    assert signed_in.refresh_token and not signed_in.mfa_token


# --- refresh ---


async def test_refresh_gives_a_new_pair_and_the_same_session(world: World) -> None:
    first = await world.login("admin@acme.example", "acme")
    second = await world.call("iam.Refresh", refresh_token=first.refresh_token)
    assert second.session_id == first.session_id and second.refresh_token not in ("", first.refresh_token)
    assert second.refresh_expire_time == first.refresh_expire_time
    third = await world.call("iam.Refresh", refresh_token=second.refresh_token)
    assert (await world.call("iam.GetMe", third.access_token)).session_id == first.session_id


async def test_a_used_refresh_token_ends_the_whole_family_and_is_audited(world: World) -> None:
    first = await world.login("admin@acme.example", "acme")
    second = await world.call("iam.Refresh", refresh_token=first.refresh_token)
    with refused("REFRESH_TOKEN_REUSED"):
        await world.call("iam.Refresh", refresh_token=first.refresh_token)
    await world.settle()
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=second.refresh_token)
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", second.access_token)
    await world.settle()
    entry = next(e for e in world.records("tenant_audit_logs") if e["action"] == "iam:session:reuse")
    assert entry["target_id"] == first.session_id and entry["reason"] == "REFRESH_TOKEN_REUSED"
    session = next(s for s in world.records("tenant_sessions") if s["id"] == first.session_id)
    assert session["end_reason"] == "TOKEN_REUSED"


async def test_a_refresh_whose_answer_was_lost_is_repeated_with_its_retry_key(world: World) -> None:
    first = await world.login("admin@acme.example", "acme")
    ask = {"refresh_token": first.refresh_token, "retry_key": "a key nobody else has"}
    second, again = await world.call("iam.Refresh", **ask), await world.call("iam.Refresh", **ask)
    assert again.refresh_token == second.refresh_token != first.refresh_token
    third = await world.call("iam.Refresh", refresh_token=second.refresh_token, retry_key="another key, another try")
    assert third.refresh_token not in (first.refresh_token, second.refresh_token)
    with refused("REFRESH_TOKEN_REUSED"):  # its time is over once the next token was used
        await world.call("iam.Refresh", **ask)


@pytest.mark.parametrize("key", ["", "a key that is not the one"])
async def test_whoever_has_the_old_token_and_not_the_retry_key_ends_the_family(world: World, key: str) -> None:
    first = await world.login("admin@acme.example", "acme")
    await world.call("iam.Refresh", refresh_token=first.refresh_token, retry_key="a key nobody else has")
    with refused("REFRESH_TOKEN_REUSED"):
        await world.call("iam.Refresh", refresh_token=first.refresh_token, retry_key=key)


async def test_refreshes_with_one_token_and_key_at_once_all_get_the_same(world: World) -> None:
    first = await world.login("admin@acme.example", "acme")
    ask = {"refresh_token": first.refresh_token, "retry_key": "a key nobody else has"}
    answers = await asyncio.gather(*(world.call("iam.Refresh", **ask) for _ in range(8)))
    assert len({answer.refresh_token for answer in answers}) == 1


async def test_of_two_refreshes_with_one_token_at_once_one_wins_and_the_family_ends(world: World) -> None:
    first = await world.login("admin@acme.example", "acme")

    async def one() -> str:
        try:
            return str((await world.call("iam.Refresh", refresh_token=first.refresh_token)).refresh_token)
        except AtriumError as error:
            return error.reason()

    outcomes = await asyncio.gather(one(), one())
    assert "REFRESH_TOKEN_REUSED" in outcomes
    session = next(s for s in world.records("tenant_sessions") if s["id"] == first.session_id)
    assert session["end_time"] is not None


async def test_a_session_ends_with_its_time_whatever_is_refreshed(world: World) -> None:
    token = (await world.login("admin@acme.example", "acme")).refresh_token
    for _ in range(3):
        await world.later(hours=230)
        token = (await world.call("iam.Refresh", refresh_token=token)).refresh_token
    await world.later(hours=31)
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=token)


@pytest.mark.parametrize("token", ["", "nonsense", "atr.platform.ses_1.x.y", "a.b", "...."])
async def test_a_made_up_refresh_token_is_refused(world: World, token: str) -> None:
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=token)


async def test_a_refresh_token_cannot_be_moved_to_another_tenant(world: World) -> None:
    token = (await world.login("admin@acme.example", "acme")).refresh_token
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=token.replace(world.acme.id, world.globex.id))


async def test_only_the_hash_of_a_refresh_token_is_kept(world: World) -> None:
    token = (await world.login("admin@acme.example", "acme")).refresh_token
    assert world.mentions(token.split(".")[3]) == []


async def test_a_browser_gets_its_refresh_token_only_as_a_cookie(world: World) -> None:
    seen: dict[str, str] = {}
    signed_in = await world.login("admin@acme.example", "acme", delivery=1, seen=seen)
    assert not signed_in.refresh_token
    value, *attributes = seen["set-cookie"].split("; ")
    assert value.startswith("atrium_refresh_acme=atr.")
    assert attributes == ["Path=/api/v1/auth", f"Max-Age={720 * 3600}", "HttpOnly", "Secure", "SameSite=Strict"]


async def test_cookies_of_several_tenants_live_side_by_side(world: World) -> None:
    seen: dict[str, str] = {}
    cookies = {}
    for email, tenant in (("root@example.com", ""), ("admin@acme.example", "acme"), ("admin@globex.example", "globex")):
        await world.login(email, tenant, delivery=1, seen=seen)
        name, _, value = seen["set-cookie"].partition(";")[0].partition("=")
        cookies[name] = value
    assert list(cookies) == ["atrium_refresh_platform", "atrium_refresh_acme", "atrium_refresh_globex"]
    header = {"cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
    again = await world.call("iam.Refresh", headers=header, realm=2, tenant="globex", seen=seen)
    assert not again.refresh_token and seen["set-cookie"].startswith("atrium_refresh_globex=atr.")
    assert principal_of(world, again.access_token).tenant_id == world.globex.id
    platform = await world.call("iam.Refresh", headers=header, realm=1)
    assert principal_of(world, platform.access_token).realm == "platform"


async def test_a_cookie_that_is_worth_nothing_is_taken_back(world: World) -> None:
    seen: dict[str, str] = {}
    await world.login("admin@acme.example", "acme", delivery=1, seen=seen)
    header = {"cookie": seen["set-cookie"].partition(";")[0]}
    await world.call("iam.Refresh", headers=header, tenant="acme", seen=seen)
    for reason in ("REFRESH_TOKEN_REUSED", "REFRESH_TOKEN_INVALID"):
        seen.clear()
        with refused(reason):
            await world.call("iam.Refresh", headers=header, tenant="acme", seen=seen)
        assert "Max-Age=0" in seen["set-cookie"]


# --- signing out, sessions, who am I ---


async def test_signing_out_ends_the_session_and_its_tokens(world: World) -> None:
    seen: dict[str, str] = {}
    signed_in = await world.login("admin@acme.example", "acme")
    await world.call("iam.Logout", signed_in.access_token, seen=seen)
    await world.settle()
    assert seen["set-cookie"] == (
        "atrium_refresh_acme=; Path=/api/v1/auth; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
    )
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", signed_in.access_token)
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=signed_in.refresh_token)


async def test_a_person_sees_and_ends_their_own_sessions(world: World) -> None:
    _, token = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    phone = await world.login(
        "sue@acme.example", "acme", headers={"user-agent": "Phone", "x-forwarded-for": "203.0.113.5"}
    )
    listed = await world.call("iam.ListSessions", token)
    assert [(s.current, s.user_agent, s.address) for s in listed.sessions] == [
        (False, "Phone", "203.0.113.5"),
        (True, "test", "192.0.2.1"),
    ]
    ended = await world.call("iam.RevokeSession", token, id=phone.session_id)
    assert ended.end_reason == ended.END_REASON_REVOKED
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", phone.access_token)
    assert len((await world.call("iam.ListSessions", token)).sessions) == 1
    assert len((await world.call("iam.ListSessions", token, show_ended=True)).sessions) == 2


async def test_sessions_of_others_need_sessions_manage(world: World) -> None:
    sue, sues = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    bob, bobs = await world.person(world.acme_admin, "bob@acme.example", "role_viewer")
    bobs_session = principal_of(world, bobs).session_id
    for request in ({"user_id": bob.id}, {"user_id": "-"}):
        with refused("PERMISSION_MISSING") as seen:
            await world.call("iam.ListSessions", sues, **request)
        assert seen.error.metadata["permission"] == "sessions.manage"
    with refused("PERMISSION_MISSING"):
        await world.call("iam.RevokeSession", sues, id=bobs_session)
    everybody = await world.call("iam.ListSessions", world.acme_admin, user_id="-")
    assert {s.user_id for s in everybody.sessions} >= {sue.id, bob.id}
    await world.call("iam.RevokeSession", world.acme_admin, id=bobs_session)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", bobs)
    assert (await world.call("iam.GetMe", sues)).user.id == sue.id


async def test_a_session_that_ran_out_is_listed_as_ended(world: World) -> None:
    await world.later(hours=721)
    await world.sign_in_again()
    listed = await world.call("iam.ListSessions", world.acme_admin)
    assert len(listed.sessions) == 1
    old = (await world.call("iam.ListSessions", world.acme_admin, show_ended=True)).sessions[-1]
    assert old.end_reason == old.END_REASON_EXPIRED and old.end_time == old.expire_time


async def test_the_pages_of_sessions_join_to_the_whole_list(world: World) -> None:
    for _ in range(4):
        await world.login("admin@acme.example", "acme")
    whole = [s.id for s in (await world.call("iam.ListSessions", world.acme_admin)).sessions]
    walked, token = [], ""
    while True:
        page = await world.call("iam.ListSessions", world.acme_admin, page_size=2, page_token=token)
        walked += [s.id for s in page.sessions]
        if not (token := page.next_page_token):
            break
    assert walked == whole and len(whole) == 5
    with refused("PAGE_TOKEN_INVALID"):
        await world.call("iam.ListSessions", world.acme_admin, page_size=2, page_token="x" * 30)


async def test_me_is_the_caller_with_roles_permissions_and_tenant(world: World) -> None:
    sue, token = await world.person(world.acme_admin, "sue@acme.example", "role_viewer", "role_billing_contact")
    me = await world.call("iam.GetMe", token)
    assert me.user.id == sue.id and {r.id for r in me.roles} == {"role_viewer", "role_billing_contact"}
    assert (me.tenant.id, me.tenant.slug) == (world.acme.id, "acme")
    assert {"users.read", "tenant-settings.read"} <= set(me.permissions)
    assert "users.create" not in me.permissions


@pytest.mark.parametrize("change", ["suspend", "delete", "assign", "revoke", "role"])
async def test_whatever_changes_what_a_person_may_do_makes_their_tokens_stale(world: World, change: str) -> None:
    role = await world.call("iam.CreateRole", world.acme_admin, display_name="R", permissions=["users.read"])
    sue, token = await world.person(world.acme_admin, "sue@acme.example", role.id)
    refresh = (await world.login("sue@acme.example", "acme")).refresh_token
    calls = {
        "suspend": ("iam.SuspendUser", {"id": sue.id}),
        "delete": ("iam.DeleteUser", {"id": sue.id}),
        "assign": ("iam.AssignRole", {"id": sue.id, "role_id": "role_viewer"}),
        "revoke": ("iam.RevokeRole", {"id": sue.id, "role_id": role.id}),
        "role": ("iam.UpdateRole", {"id": role.id, "permissions": {"names": ["roles.read"]}}),
    }
    name, fields = calls[change]
    await world.call(name, world.acme_admin, **fields)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.ListUsers", token)
    if change in ("suspend", "delete"):
        with refused("REFRESH_TOKEN_INVALID"):
            await world.call("iam.Refresh", refresh_token=refresh)
        return
    renewed = await world.call("iam.Refresh", refresh_token=refresh)
    may = (await world.call("iam.GetMe", renewed.access_token)).permissions
    assert ("users.read" in may) == (change == "assign")


async def test_the_public_keys_verify_an_access_token(world: World) -> None:
    keys = (await world.call("iam.GetJwks")).keys
    assert keys and not any(hasattr(key, "d") for key in keys)
    kid = jwt.get_unverified_header(world.root)["kid"]
    key = next(k for k in keys if k.kid == kid)
    public = jwt.PyJWK({f.name: getattr(key, f.name) for f in key.DESCRIPTOR.fields}, algorithm="ES256")
    claims = jwt.decode(world.root, public, algorithms=["ES256"], audience="atrium", options={"verify_iat": False})
    assert claims["rlm"] == "platform"
