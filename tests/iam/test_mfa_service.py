"""The second factor: set up, asked for, used once."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

from tests.world import PASSWORD, World, refused

SUE = "sue@acme.example"


def code(world: World, secret: str, steps: int = 0) -> str:
    """What an authenticator with the secret shows, so many half minutes from now."""
    return pyotp.TOTP(secret).at(int(world.clock.now().timestamp()) + 30 * steps)


async def with_factor(world: World) -> tuple[str, str, list[str]]:
    """Sue's token, the secret in her authenticator, and her recovery codes."""
    _, token = await world.person(world.acme_admin, SUE)
    secret = (await world.call("iam.StartTotp", token)).secret
    confirmed = await world.call("iam.ConfirmTotp", token, code=code(world, secret))
    return token, secret, list(confirmed.recovery_codes)


async def half(world: World) -> str:
    return str((await world.login(SUE, "acme")).mfa_token)


async def test_the_factor_is_off_until_an_authenticator_has_shown_a_code(world: World) -> None:
    _, token = await world.person(world.acme_admin, SUE)
    started = await world.call("iam.StartTotp", token)
    assert started.uri.startswith("otpauth://totp/Acme:sue%40acme.example?secret=") and started.secret in started.uri
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.ConfirmTotp", token, code=code(world, started.secret, steps=5))
    assert (await world.login(SUE, "acme")).access_token
    confirmed = await world.call("iam.ConfirmTotp", token, code=code(world, started.secret))
    assert len(set(confirmed.recovery_codes)) == 10
    assert (await world.call("iam.GetMe", token)).user.mfa_enabled


async def test_the_secret_and_the_recovery_codes_are_not_readable_in_the_store(world: World) -> None:
    _, secret, codes = await with_factor(world)
    await world.settle()
    for text in (secret, *codes, codes[0].replace("-", "")):
        assert world.mentions(text) == []


async def test_the_password_alone_gives_only_a_token_to_complete_the_sign_in(world: World) -> None:
    await with_factor(world)
    answer = await world.login(SUE, "acme", delivery=1)
    assert answer.mfa_token and not answer.mfa_setup_needed
    assert not (answer.access_token or answer.refresh_token or answer.session_id)
    for method, fields in (
        ("iam.GetMe", {}),
        ("iam.ListUsers", {}),
        ("iam.ListSessions", {}),
        ("iam.ChangePassword", {"current_password": PASSWORD, "new_password": "another battery staple"}),
        ("iam.DisableTotp", {"password": PASSWORD}),
        ("tenants.GetTenant", {"id": world.acme.id}),
    ):
        with refused("SECOND_FACTOR_OWED"):
            await world.call(method, answer.mfa_token, **fields)


async def test_password_and_code_start_a_session(world: World) -> None:
    _, secret, _ = await with_factor(world)
    token = await half(world)
    await world.later(seconds=30)
    signed_in = await world.call("iam.CompleteMfa", token, totp_code=code(world, secret))
    assert (await world.call("iam.GetMe", signed_in.access_token)).user.email == SUE


async def test_a_code_works_once_also_the_one_that_switched_the_factor_on(world: World) -> None:
    _, secret, _ = await with_factor(world)
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", await half(world), totp_code=code(world, secret))
    await world.later(seconds=30)
    shown = code(world, secret)
    await world.call("iam.CompleteMfa", await half(world), totp_code=shown)
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", await half(world), totp_code=shown)
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", await half(world), totp_code=code(world, secret, steps=-1))


async def test_a_clock_may_be_one_step_ahead_and_not_two(world: World) -> None:
    _, secret, _ = await with_factor(world)
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", await half(world), totp_code=code(world, secret, steps=2))
    assert (await world.call("iam.CompleteMfa", await half(world), totp_code=code(world, secret, steps=1))).access_token


async def test_a_recovery_code_stands_in_for_the_authenticator_once(world: World) -> None:
    _, _, codes = await with_factor(world)
    assert (await world.call("iam.CompleteMfa", await half(world), recovery_code=f" {codes[3].lower()} ")).access_token
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", await half(world), recovery_code=codes[3])
    assert (await world.call("iam.CompleteMfa", await half(world), recovery_code=codes[4])).access_token


async def test_guessing_codes_locks_the_second_factor(world: World) -> None:
    _, secret, _ = await with_factor(world)
    await world.later(seconds=30)
    token = await half(world)
    for _ in range(5):
        with refused("SECOND_FACTOR_WRONG"):
            await world.call("iam.CompleteMfa", token, totp_code=code(world, secret, steps=9))
    with refused("LOCKED_OUT"):
        await world.call("iam.CompleteMfa", token, totp_code=code(world, secret))
    await world.later(seconds=2)
    assert (await world.call("iam.CompleteMfa", token, totp_code=code(world, secret))).access_token


async def test_the_half_signed_in_token_lasts_ten_minutes(world: World) -> None:
    _, secret, _ = await with_factor(world)
    token = await half(world)
    await world.later(seconds=610)
    with refused("TOKEN_EXPIRED"):
        await world.call("iam.CompleteMfa", token, totp_code=code(world, secret))


async def test_a_suspended_person_cannot_complete_a_sign_in(world: World) -> None:
    _, secret, _ = await with_factor(world)
    token = await half(world)
    await world.later(seconds=30)
    user = (await world.call("iam.ListUsers", world.acme_admin, query="sue")).users[0]
    await world.call("iam.SuspendUser", world.acme_admin, id=user.id)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.CompleteMfa", token, totp_code=code(world, secret))


async def test_a_complete_sign_in_has_nothing_to_complete(world: World) -> None:
    with refused("TOTP_STATUS"):
        await world.call("iam.CompleteMfa", world.acme_admin, totp_code="123456")


async def test_switching_off_needs_the_password(world: World) -> None:
    token, _, _ = await with_factor(world)
    with refused("CREDENTIALS_WRONG"):
        await world.call("iam.DisableTotp", token, password="not it")
    await world.call("iam.DisableTotp", token, password=PASSWORD)
    assert (await world.login(SUE, "acme")).access_token
    with refused("TOTP_STATUS"):
        await world.call("iam.DisableTotp", token, password=PASSWORD)
    credential = next(c for c in world.records("tenant_credentials") if c["totp_last_step"] == 0 and c["password_hash"])
    assert credential["totp_secret"] == b"" and credential["recovery_hashes"] == []


async def test_guessing_the_password_to_switch_off_is_locked(world: World) -> None:
    token, _, _ = await with_factor(world)
    for _ in range(5):
        with refused("CREDENTIALS_WRONG"):
            await world.call("iam.DisableTotp", token, password="not it")
    with refused("LOCKED_OUT"):
        await world.call("iam.DisableTotp", token, password=PASSWORD)


async def test_a_factor_that_is_on_cannot_be_replaced_without_switching_it_off(world: World) -> None:
    token, secret, _ = await with_factor(world)
    with refused("TOTP_STATUS"):
        await world.call("iam.StartTotp", token)
    with refused("TOTP_STATUS"):
        await world.call("iam.ConfirmTotp", token, code=code(world, secret))


async def test_confirming_needs_a_start(world: World) -> None:
    with refused("TOTP_STATUS"):
        await world.call("iam.ConfirmTotp", world.acme_admin, code="123456")


async def test_a_tenant_that_requires_a_factor_has_it_set_up_during_sign_in(world: World) -> None:
    await world.person(world.acme_admin, SUE)
    await world.call("tenants.UpdateTenantSettings", world.acme_admin, tenant_id=world.acme.id, mfa_required=True)
    await world.settle()
    answer = await world.login(SUE, "acme")
    assert answer.mfa_setup_needed and answer.mfa_token and not answer.access_token
    secret = (await world.call("iam.StartTotp", answer.mfa_token)).secret
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", answer.mfa_token, totp_code=code(world, secret))
    shown = code(world, secret)
    assert len((await world.call("iam.ConfirmTotp", answer.mfa_token, code=shown)).recovery_codes) == 10
    signed_in = await world.call("iam.CompleteMfa", answer.mfa_token, totp_code=shown)
    with refused("SECOND_FACTOR_WRONG"):
        await world.call("iam.CompleteMfa", answer.mfa_token, totp_code=shown)
    with refused("SECOND_FACTOR_REQUIRED"):
        await world.call("iam.DisableTotp", signed_in.access_token, password=PASSWORD)


async def test_neither_a_machine_nor_an_impersonator_touches_a_persons_factor(world: World) -> None:
    key = (await world.call("iam.CreateApiKey", world.acme_admin, display_name="k", permissions=["users.read"])).secret
    machine = (await world.call("iam.ExchangeApiKey", api_key=key)).access_token
    acting = (
        await world.call(
            "tenants.ImpersonateTenant", world.root, id=world.acme.id, reason="Ticket 4711: helps", may_write=True
        )
    ).access_token
    calls: list[tuple[str, dict[str, Any]]] = [
        ("iam.StartTotp", {}),
        ("iam.ConfirmTotp", {"code": "123456"}),
        ("iam.DisableTotp", {"password": PASSWORD}),
        ("iam.ChangePassword", {"current_password": PASSWORD, "new_password": "another battery staple"}),
    ]
    for token in (machine, acting):
        for method, fields in calls:
            with refused("PERSON_NEEDED"):
                await world.call(method, token, **fields)


async def test_a_half_sign_in_leaves_an_entry_that_does_not_claim_a_session(world: World) -> None:
    await with_factor(world)
    await half(world)
    await world.settle()
    user = next(u for u in world.records("tenant_users") if u["email"] == SUE)
    entries = [e for e in world.records("tenant_audit_logs") if e["actor_id"] == user["id"]]
    assert [e["action"] for e in entries if "session" in e["action"]] == ["iam:session:start", "iam:session:challenge"]


@pytest.mark.parametrize("wrong", ["12345", "1234567", "abcdef", ""])
async def test_a_code_has_six_digits(world: World, wrong: str) -> None:
    with refused("INVALID_FIELDS"):
        await world.call("iam.ConfirmTotp", world.acme_admin, code=wrong)
