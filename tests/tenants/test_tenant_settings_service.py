"""What a tenant decides for itself, and what follows from it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.world import World, refused

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def picture(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


async def change(world: World, token: str = "", **fields: Any) -> Any:
    return await world.call(
        "tenants.UpdateTenantSettings", token or world.acme_admin, tenant_id=world.acme.id, **fields
    )


async def test_settings_begin_with_what_the_tenant_was_created_with(world: World) -> None:
    settings = await world.call("tenants.GetTenantSettings", world.acme_admin, tenant_id=world.acme.id)
    assert settings.branding.display_name == "Acme" and (settings.locale, settings.time_zone) == ("en", "UTC")
    assert not settings.security.mfa_required and not settings.security.session_hours


async def test_only_the_fields_that_are_present_change(world: World) -> None:
    first = await change(world, primary_color="#123456", allowed_email_domains={"names": ["b.example", "A.example"]})
    assert first.branding.primary_color == "#123456" and first.branding.display_name == "Acme"
    assert list(first.security.allowed_email_domains) == ["a.example", "b.example"]
    second = await change(world, locale="de", etag=first.etag)
    assert second.branding == first.branding and second.security == first.security and second.locale == "de"
    with refused("ETAG_STALE"):
        await change(world, locale="fr", etag=first.etag)
    cleared = await change(world, allowed_email_domains={})
    assert not cleared.security.allowed_email_domains
    assert (await change(world, locale="de")).etag == cleared.etag


@pytest.mark.parametrize(
    ("field", "color", "readable"),
    [
        ("primary_color", "#767676", True),
        ("primary_color", "#777777", False),
        ("primary_color", "#ffffff", False),
        ("primary_color", "#000000", True),
        ("accent_color", "#949494", True),
        ("accent_color", "#959595", False),
        ("accent_color", "#FFFF00", False),
    ],
)
async def test_a_colour_must_be_readable_on_white(world: World, field: str, color: str, readable: bool) -> None:
    if readable:
        assert getattr((await change(world, **{field: color})).branding, field) == color
        return
    with refused("CONTRAST_LOW") as seen:
        await change(world, **{field: color})
    assert seen.error.violations[0].field == field
    assert seen.error.metadata["needed"] == ("4.5" if field == "primary_color" else "3.0")
    assert seen.error.metadata["contrast"] in str(seen.error)


@pytest.mark.parametrize("color", ["red", "#fff", "#12345g", "123456", "#1234567"])
async def test_a_colour_has_its_form(world: World, color: str) -> None:
    with refused("INVALID_FIELDS"):
        await change(world, primary_color=color)


@pytest.mark.parametrize(
    "logo",
    [
        "",
        picture("png", PNG),
        picture("webp", b"RIFF\0\0\0\0WEBP"),
        picture("svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><path fill="url(#g)" d="M0 0"/></svg>'),
        picture("svg+xml", b'<svg><use href="#a"/></svg>'),
    ],
)
async def test_a_harmless_logo_is_kept(world: World, logo: str) -> None:
    await change(world, logo=picture("png", PNG + b"other"))
    assert (await change(world, logo=logo)).branding.logo == logo


@pytest.mark.parametrize(
    "logo",
    [
        "https://evil.example/logo.png",
        "data:text/html;base64,PGI+",
        "data:image/png;base64,!!!!",
        "data:image/png;base64,abc",
        picture("png", b"GIF89a"),
        picture("webp", PNG),
        picture("svg+xml", b"<html></html>"),
        picture("svg+xml", b"<svg><script>alert(1)</script></svg>"),
        picture("svg+xml", b'<svg onload="alert(1)"></svg>'),
        picture("svg+xml", b'<svg><image href="https://evil.example/x.png"/></svg>'),
        picture("svg+xml", b'<svg><a xlink:href="javascript:alert(1)"/></svg>'),
        picture("svg+xml", b'<!DOCTYPE svg [<!ENTITY x "y">]><svg/>'),
        picture("svg+xml", b"<svg><foreignObject/></svg>"),
        picture("png", PNG + b"x" * 64 * 1024),
    ],
)
async def test_a_logo_that_could_do_harm_is_refused(world: World, logo: str) -> None:
    with refused("LOGO_REFUSED"):
        await change(world, logo=logo)


async def test_a_session_lasts_as_long_as_the_policy_says(world: World) -> None:
    await change(world, session_hours=2)
    await world.settle()
    signed_in = await world.login("admin@acme.example", "acme")
    assert signed_in.refresh_expire_time.ToSeconds() == int(world.clock.now().timestamp()) + 7200
    await world.later(hours=2)
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=signed_in.refresh_token)
    elsewhere = await world.login("admin@globex.example", "globex")
    assert elsewhere.refresh_expire_time.ToSeconds() > world.clock.now().timestamp() + 700 * 3600
    with refused("INVALID_FIELDS"):
        await change(world, (await world.login("admin@acme.example", "acme")).access_token, session_hours=2161)


async def test_a_required_second_factor_is_asked_for_at_the_next_sign_in(world: World) -> None:
    await change(world, mfa_required=True)
    await world.settle()
    assert (await world.login("admin@acme.example", "acme")).mfa_setup_needed
    assert (await world.login("admin@globex.example", "globex")).access_token


async def test_branding_is_public_by_slug_and_shows_nothing_else(world: World) -> None:
    await change(world, display_name="Acme & Sons", primary_color="#123456")
    shown = await world.call("tenants.GetBranding", slug="acme")
    assert (shown.display_name, shown.primary_color) == ("Acme & Sons", "#123456")
    assert {f.name for f in shown.DESCRIPTOR.fields} == {"display_name", "primary_color", "accent_color", "logo"}
    with refused("NOT_FOUND"):
        await world.call("tenants.GetBranding", slug="no-such-tenant")
    await world.settle()
    assert (await world.call("iam.GetMe", world.acme_admin)).tenant.display_name == "Acme & Sons"


async def test_a_members_people_read_settings_and_only_some_change_them(world: World) -> None:
    _, token = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    assert (await world.call("tenants.GetTenantSettings", token, tenant_id=world.acme.id)).tenant_id == world.acme.id
    with refused("PERMISSION_MISSING"):
        await change(world, token, locale="de")
    with refused("NOT_FOUND"):
        await world.call("tenants.GetTenantSettings", token, tenant_id=world.globex.id)
    assert (await change(world, world.root, locale="fr")).locale == "fr"
    with refused("INVALID_FIELDS"):
        await change(world, time_zone="Mars/Olympus")
