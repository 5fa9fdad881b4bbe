"""The audit log: what was done and refused, by whom; sealed so that a later change to it shows."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from actors.iam.services.audit_log_service import guarded
from actors.kernel.errors import Code
from tests.world import PASSWORD, World, refused


async def log(world: World, token: str = "", **request: Any) -> list[Any]:
    await world.settle()
    return list((await world.call("iam.ListAuditLogs", token or world.acme_admin, **request)).audit_logs)


async def test_an_entry_says_who_did_what_to_whom_and_what_changed(world: World) -> None:
    user, _ = await world.person(world.acme_admin, "sue@acme.example")
    await world.call(
        "iam.UpdateUser",
        world.acme_admin,
        id=user.id,
        display_name="Susan",
        headers={"user-agent": "Browser", "x-forwarded-for": "203.0.113.4"},
    )
    entry = (await log(world, action="iam:user:update"))[0]
    me = (await world.call("iam.GetMe", world.acme_admin)).user
    assert (entry.actor_id, entry.actor_email, entry.actor_realm) == (me.id, "admin@acme.example", "tenant")
    assert entry.target_id == user.id and entry.method == "atrium.iam.v1.UserService/UpdateUser"
    assert (entry.outcome, entry.reason, entry.count) == (0, "", 1)
    assert (entry.user_agent, entry.address) == ("Browser", "203.0.113.4") and entry.request_id.startswith("req_")
    assert [(c.field, c.old_value, c.new_value) for c in entry.changes] == [("display_name", "Sue", "Susan")]


async def test_secrets_are_masked_in_entries(world: World) -> None:
    _, token = await world.person(world.acme_admin, "sue@acme.example")
    await world.call("iam.ChangePassword", token, current_password=PASSWORD, new_password="another battery staple")
    entry = (await log(world, action="iam:password:change"))[0]
    changes = {c.field: (c.old_value, c.new_value) for c in entry.changes}
    assert changes["password_hash"] == ("•••", "•••")
    assert "argon2" not in str(await log(world))


async def test_refused_calls_are_recorded_with_their_reason(world: World) -> None:
    me = (await world.call("iam.GetMe", world.acme_admin)).user
    with refused("LAST_ADMIN_STAYS"):
        await world.call("iam.DeleteUser", world.acme_admin, id=me.id)
    entry = (await log(world, outcome=2))[0]
    assert (entry.actor_id, entry.action, entry.target_id) == (me.id, "iam:user:delete", me.id)
    assert (entry.outcome, entry.reason) == (Code.FAILED_PRECONDITION, "LAST_ADMIN_STAYS")


async def test_a_call_that_is_refused_for_a_missing_permission_is_in_the_callers_tenants_log(world: World) -> None:
    sue, token = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    with refused("PERMISSION_MISSING"):
        await world.call("iam.DeleteUser", token, id=sue.id)
    entry = (await log(world, outcome=2))[0]
    assert (entry.actor_id, entry.action, entry.target_id) == (sue.id, "iam:user:delete", sue.id)
    assert (entry.outcome, entry.reason) == (Code.PERMISSION_DENIED, "PERMISSION_MISSING")


async def test_a_flood_of_refusals_is_folded_into_few_entries(world: World) -> None:
    me = (await world.call("iam.GetMe", world.acme_admin)).user
    for _ in range(200):
        with refused("LAST_ADMIN_STAYS"):
            await world.call("iam.DeleteUser", world.acme_admin, id=me.id)
    await world.later(minutes=1)
    folded = await log(world, action="iam:user:delete")
    assert len(folded) <= 4 and sum(e.count for e in folded) == 200


async def test_a_failed_sign_in_is_in_the_log_of_the_tenant_it_was_tried_in(world: World) -> None:
    with refused("CREDENTIALS_WRONG"):
        await world.login("admin@acme.example", "acme", "wrong")
    with refused("CREDENTIALS_WRONG"):
        await world.login("root@example.com", "", "wrong")
    for token in (world.acme_admin, world.root):
        entries = await log(world, token, action="iam:session:start", outcome=2)
        assert [(e.reason, e.count) for e in entries] == [("CREDENTIALS_WRONG", 1)]


async def test_entries_are_filtered(world: World) -> None:
    sue, token = await world.person(world.acme_admin, "sue@acme.example", "role_tenant_admin")
    start = world.clock.now()
    world.clock.advance(timedelta(seconds=10))
    bob, _ = await world.person(token, "bob@acme.example")
    with refused("EMAIL_TAKEN"):
        await world.call("iam.CreateUser", token, email="bob@acme.example", display_name="B")
    await world.settle()
    world.clock.advance(timedelta(seconds=10))
    end = world.clock.now()
    await world.call("iam.SuspendUser", token, id=bob.id)
    assert {e.actor_id for e in await log(world, actor_id=sue.id)} == {sue.id}
    assert {e.action for e in await log(world, action="iam:user:create")} == {"iam:user:create"}
    assert {e.target_id for e in await log(world, target_id=bob.id)} == {bob.id}
    assert all(e.outcome for e in await log(world, outcome=2)) and await log(world, outcome=2)
    assert not any(e.outcome for e in await log(world, outcome=1)) and await log(world, outcome=1)
    between = await log(world, start_time=start + timedelta(seconds=1), end_time=end)
    assert {e.action for e in between} == {"iam:user:create", "iam:session:start"}
    both = await log(world, actor_id=sue.id, action="iam:user:create", outcome=2)
    assert [e.reason for e in both] == ["EMAIL_TAKEN"]


async def test_the_pages_of_the_log_join_newest_first(world: World) -> None:
    for number in range(5):
        await world.call("iam.CreateUser", world.acme_admin, email=f"u{number}@a.example", display_name="U")
    whole = [e.id for e in await log(world)]
    walked: list[str] = []
    token = ""
    while True:
        page = await world.call("iam.ListAuditLogs", world.acme_admin, page_size=4, page_token=token)
        walked += [e.id for e in page.audit_logs]
        if not (token := page.next_page_token):
            break
    assert walked == whole
    times = [e.occur_time.ToNanoseconds() for e in await log(world)]
    assert times == sorted(times, reverse=True)


async def test_what_the_provider_does_to_a_tenant_is_in_both_logs(world: World) -> None:
    await world.call("iam.CreateUser", world.root, tenant_id=world.acme.id, email="x@acme.example", display_name="X")
    theirs = (await log(world, action="iam:user:create"))[0]
    ours = (await log(world, world.root, action="iam:user:create"))[0]
    assert theirs.actor_email == ours.actor_email == "root@example.com"
    assert (theirs.tenant_id, theirs.about_tenant_id) == (world.acme.id, "")
    assert (ours.tenant_id, ours.about_tenant_id) == ("", world.acme.id)
    assert not await log(world, world.globex_admin, action="iam:user:create")


async def test_entries_about_a_tenant_that_does_not_exist_keep_nothing_from_being_filed(world: World) -> None:
    for id in ("ten_nowhere", "ten_01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        with refused("NOT_FOUND"):
            await world.call("tenants.SuspendTenant", world.root, id=id)
    await world.call("iam.CreateUser", world.acme_admin, email="x@acme.example", display_name="X")
    assert await log(world, action="iam:user:create")
    about = await log(world, world.root, action="tenants:tenant:suspend")
    assert {e.about_tenant_id for e in about} == {"ten_nowhere", "ten_01ARZ3NDEKTSV4RRFFQ69G5FAV"}
    assert await world.bus.dead_letters() == []


# --- CSV ---


def rows(chunks: list[Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(c.data for c in chunks).decode())))


async def test_the_log_is_exported_as_csv(world: World) -> None:
    await world.call("iam.CreateUser", world.acme_admin, email="x@acme.example", display_name='He said "hi", =1+1')
    listed = await log(world, action="iam:user:create")
    chunks = await world.call("iam.ExportAuditLogs", world.acme_admin, action="iam:user:create")
    assert chunks[0].content_type == "text/csv; charset=utf-8"
    exported = rows(chunks)
    assert [r["id"] for r in exported] == [e.id for e in listed]
    assert 'He said "hi", =1+1' in exported[0]["changes"] and exported[0]["actor_email"] == "admin@acme.example"


async def test_an_export_is_longer_than_one_read(world: World) -> None:
    service = world.service("iam", "AuditLogService")
    place = await service.store.place((await _unit(world)).audit_logs.collection, world.acme.id)
    template = world.records("tenant_audit_logs")[0]
    table = world.backend._tables[("", "tenant_audit_logs")]  # type: ignore[attr-defined]
    for number in range(1203):
        table[f"aud_{number:05}"] = {**template, "id": f"aud_{number:05}", "tenant_id": world.acme.id}
    assert await world.backend.count(place, []) >= 1203
    ids = [r["id"] for r in rows(await world.call("iam.ExportAuditLogs", world.acme_admin))]
    assert len(ids) == len(set(ids)) == await world.backend.count(place, [])


async def _unit(world: World) -> Any:
    from actors.kernel.call import system_call

    return world.hosts["iam"].store.unit(system_call(world.acme.id), aside=True)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=1", "1", "x@y", "'=1"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell


async def test_a_user_agent_that_is_a_formula_is_guarded_in_the_export(world: World) -> None:
    await world.call(
        "iam.CreateUser",
        world.acme_admin,
        email="x@acme.example",
        display_name="X",
        headers={"user-agent": "=HYPERLINK(1)"},
    )
    await world.settle()
    exported = rows(await world.call("iam.ExportAuditLogs", world.acme_admin, action="iam:user:create"))
    assert exported[0]["user_agent"] == "'=HYPERLINK(1)"


# --- watching ---


async def test_a_watcher_sees_entries_as_they_are_filed_and_only_its_tenants(world: World) -> None:
    stream = await world.open("iam.WatchAuditLogs", world.acme_admin)
    assert (await anext(stream)).heartbeat
    for token, email in ((world.globex_admin, "g@globex.example"), (world.acme_admin, "a@acme.example")):
        await world.call("iam.CreateUser", token, email=email, display_name="X")
    await world.settle()
    seen = await asyncio.wait_for(anext(stream), 5)
    assert seen.audit_log.action == "iam:user:create" and seen.audit_log.tenant_id == world.acme.id
    await stream.aclose()


async def test_the_providers_watcher_sees_what_its_staff_does_to_tenants_and_not_what_tenants_do(world: World) -> None:
    stream = await world.open("iam.WatchAuditLogs", world.root)
    assert (await anext(stream)).heartbeat
    await world.call("iam.CreateUser", world.acme_admin, email="a@acme.example", display_name="A")
    await world.call("tenants.SuspendTenant", world.root, id=world.globex.id, reason="unpaid")
    await world.settle()
    seen = (await asyncio.wait_for(anext(stream), 5)).audit_log
    assert (seen.action, seen.about_tenant_id, seen.tenant_id) == ("tenants:tenant:suspend", world.globex.id, "")
    await stream.aclose()


# --- the chain of seals ---


async def verify(world: World, token: str = "") -> Any:
    return await world.call("iam.VerifyAuditLog", token or world.acme_admin)


async def sealed(world: World) -> list[dict[str, Any]]:
    """Three seals more; returns the entries of the middle one."""
    for number in range(3):
        for letter in "abc":
            await world.call(
                "iam.CreateUser", world.acme_admin, email=f"{letter}{number}@acme.example", display_name="X"
            )
        await world.seal()
    assert (await verify(world)).intact
    entries = [e for e in world.records("tenant_audit_logs") if e["tenant_id"] == world.acme.id]
    middle = max(e["seal_number"] for e in entries) - 1
    return sorted((e for e in entries if e["seal_number"] == middle), key=lambda e: str(e["id"]))


async def test_an_untouched_log_is_intact_and_says_how_much_is_sealed(world: World) -> None:
    await sealed(world)
    await world.call("iam.CreateUser", world.acme_admin, email="z@acme.example", display_name="X")
    await world.settle()
    answer = await verify(world)
    own = [e for e in world.records("tenant_audit_logs") if e["tenant_id"] == world.acme.id]
    assert answer.intact and answer.seals >= 3
    assert answer.sealed_entries + answer.unsealed_entries == len(own)
    assert (await verify(world, world.root)).intact and (await verify(world, world.globex_admin)).intact


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor_id", "usr_somebody"),
        ("outcome", 7),
        ("reason", "x"),
        ("changes", []),
        ("count", 2),
        ("impersonator_id", "usr_x"),
        ("address", "10.0.0.1"),
        ("occur_time", None),
    ],
)
async def test_a_changed_entry_is_named(world: World, field: str, value: Any) -> None:
    victim = (await sealed(world))[1]
    victim[field] = value if value is not None else victim["occur_time"] + timedelta(milliseconds=1)
    answer = await verify(world)
    assert not answer.intact and answer.fault == answer.FAULT_ENTRY_CHANGED
    assert (answer.entry_id, answer.seal_number) == (victim["id"], victim["seal_number"])
    assert victim["id"] in answer.explanation


async def test_a_removed_entry_is_named(world: World) -> None:
    victim = (await sealed(world))[0]
    del world.backend._tables[("", "tenant_audit_logs")][victim["id"]]  # type: ignore[attr-defined]
    answer = await verify(world)
    assert answer.fault == answer.FAULT_ENTRY_REMOVED and answer.entry_id == victim["id"]


@pytest.mark.parametrize("claim", [0, 1, -1])
async def test_an_inserted_entry_is_named(world: World, claim: int) -> None:
    entry = (await sealed(world))[0]
    number = entry["seal_number"] if claim == 0 else claim
    false = {**entry, "id": "aud_00000000000000000000000000", "seal_number": number}
    world.backend._tables[("", "tenant_audit_logs")][false["id"]] = false  # type: ignore[attr-defined]
    answer = await verify(world)
    assert answer.fault == answer.FAULT_ENTRY_INSERTED and answer.entry_id == false["id"]


def seals_of(world: World) -> list[dict[str, Any]]:
    own = [s for s in world.records("tenant_audit_seals") if s["tenant_id"] == world.acme.id]
    return sorted(own, key=lambda s: int(s["number"]))


@pytest.mark.parametrize(
    "field", ["root", "time", "entry_ids", "leaves", "signature", "mac", "public_jwk", "previous_hash"]
)
async def test_a_changed_seal_is_named(world: World, field: str) -> None:
    await sealed(world)
    seal, other = seals_of(world)[-2], seals_of(world)[-1]
    seal[field] = "{nonsense" if field == "public_jwk" else other[field]
    answer = await verify(world)
    assert answer.fault == answer.FAULT_SEAL_CHANGED and answer.seal_number == seal["number"]


async def test_a_seal_made_anew_over_forged_entries_does_not_pass(world: World) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from actors.iam.domain.audit import AuditLog, merkle_root, seal_body
    from actors.kernel import wire

    victim = (await sealed(world))[1]
    victim["actor_id"] = "usr_innocent"
    seal = next(s for s in seals_of(world) if s["number"] == victim["seal_number"])
    entries = {e["id"]: e for e in world.records("tenant_audit_logs")}
    seal["leaves"] = [wire.from_document(AuditLog, entries[id]).leaf() for id in seal["entry_ids"]]
    seal["root"] = merkle_root(seal["leaves"])
    key = ec.generate_private_key(ec.SECP256R1())
    body = seal_body(seal["number"], seal["time"], seal["previous_hash"], seal["root"], seal["entry_ids"])
    seal["signature"] = key.sign(body, ec.ECDSA(hashes.SHA256()))
    answer = await verify(world)
    assert answer.fault == answer.FAULT_SEAL_CHANGED and answer.seal_number == seal["number"]


@pytest.mark.parametrize("which", [0, -2, -1])
async def test_a_removed_seal_is_named(world: World, which: int) -> None:
    await sealed(world)
    seal = seals_of(world)[which]
    del world.backend._tables[("", "tenant_audit_seals")][seal["id"]]  # type: ignore[attr-defined]
    answer = await verify(world)
    assert answer.fault == answer.FAULT_SEAL_REMOVED and answer.seal_number == seal["number"]


async def test_a_log_that_was_cut_short_with_its_last_seal_shows(world: World) -> None:
    await sealed(world)
    last = seals_of(world)[-1]
    del world.backend._tables[("", "tenant_audit_seals")][last["id"]]  # type: ignore[attr-defined]
    for id in last["entry_ids"]:
        del world.backend._tables[("", "tenant_audit_logs")][id]  # type: ignore[attr-defined]
    answer = await verify(world)
    assert answer.fault == answer.FAULT_SEAL_REMOVED and answer.seal_number == last["number"]


async def test_one_log_that_cannot_be_sealed_keeps_no_other_waiting(world: World) -> None:
    waiting = world.backend._tables[("", "audit_unsealed")]  # type: ignore[attr-defined]
    waiting["ten_gone"] = {"id": "ten_gone", "tenant_id": "", "version": 1, "pending": 1}
    await world.call("iam.CreateUser", world.acme_admin, email="z@acme.example", display_name="X")
    assert await world.seal() >= 1
    assert (await verify(world)).unsealed_entries == 0
    assert waiting["ten_gone"]["pending"] == 0


async def test_reading_the_log_needs_audit_read(world: World) -> None:
    token = await world.holder("users.read", tenant=world.acme)
    for method in ("iam.ListAuditLogs", "iam.ExportAuditLogs", "iam.WatchAuditLogs", "iam.VerifyAuditLog"):
        with refused("PERMISSION_MISSING") as seen:
            await world.open(method, token)
        assert seen.error.metadata["permission"] == "audit.read"


async def test_exporting_the_log_is_itself_in_the_log(world: World) -> None:
    await world.call("iam.ExportAuditLogs", world.acme_admin)
    assert len(await log(world, action="iam:audit-log:export")) == 1
