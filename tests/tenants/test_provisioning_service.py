"""Provisioning: step by step, and the same end whatever fails on the way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from actors.kernel.errors import DependencyUnavailable, ResourceExhausted
from actors.kernel.events.contract import Envelope
from actors.kernel.store.contract import Write
from actors.kernel.store.memory import MemoryBackend
from tests.world import PASSWORD, World, link_token, refused


async def create(world: World, plan: str = "standard") -> Any:
    return await world.call(
        "tenants.CreateTenant",
        world.root,
        slug="initech",
        display_name="Initech",
        plan=plan,
        admin_email="admin@initech.example",
        admin_display_name="Bill",
    )


async def state(world: World, id: str) -> tuple[str, dict[str, tuple[str, int, str]]]:
    saga = await world.call("tenants.GetProvisioning", world.root, tenant_id=id)
    steps = {
        step.Kind.Name(step.kind).removeprefix("KIND_"): (
            step.State.Name(step.state).removeprefix("STATE_"),
            step.tries,
            step.error,
        )
        for step in saga.steps
    }
    return saga.State.Name(saga.state).removeprefix("STATE_"), steps


async def check_complete(world: World, id: str) -> None:
    """One active tenant, one administrator who was invited once, one database at most."""
    tenant = await world.call("tenants.GetTenant", world.root, id=id)
    assert tenant.state == tenant.STATE_ACTIVE, tenant.state_reason
    assert tenant.user_count == 1
    assert (await state(world, id))[0] == "SUCCEEDED"
    users = (await world.call("iam.ListUsers", world.root, tenant_id=id, show_deleted=True)).users
    assert [(u.email, list(u.role_ids)) for u in users] == [("admin@initech.example", ["role_tenant_admin"])]
    mails = world.mails.to("admin@initech.example")
    assert len(mails) == 1
    own = [p for p in world.records("tenant_placements") if p["id"] == id]
    assert len(own) == 1
    silo = tenant.isolation == tenant.ISOLATION_SILO
    assert bool(own[0]["database"]) == silo
    signed_in = await world.call("iam.AcceptInvitation", token=link_token(mails[0]), password=PASSWORD)
    assert signed_in.user.tenant_id == id
    assert len({e.id for e in world.bus.log if e.type.endswith(".TenantProvisioned") and e.tenant_id == id}) == 1
    assert await world.bus.dead_letters() == []


@pytest.mark.parametrize("plan", ["standard", "enterprise"])
async def test_a_tenant_is_provisioned_step_by_step(world: World, plan: str) -> None:
    made = await create(world, plan)
    await world.settle()
    outcome, steps = await state(world, made.id)
    assert outcome == "SUCCEEDED"
    assert list(steps) == ["PLACE", "CREATE_STORE", "CREATE_ADMIN", "START_PLAN", "WELCOME", "ACTIVATE"]
    assert set(steps.values()) == {("DONE", 1, "")}
    saga = await world.call("tenants.GetProvisioning", world.root, tenant_id=made.id)
    assert all(s.HasField("end_time") for s in saga.steps if s.state == s.STATE_DONE) and saga.attempt == 1
    await check_complete(world, made.id)
    await world.later(hours=1)
    world.root = (await world.login("root@example.com")).access_token
    assert (await state(world, made.id))[1]["ACTIVATE"] == ("DONE", 1, ""), "schedules that fire late change nothing"


class Stumbling(MemoryBackend):
    """A database whose commits fail now and then: before anything is written, or after, as if the answer was lost."""

    def __init__(self, seed: int = 0, rate: float = 0.0) -> None:
        super().__init__()
        self.random, self.rate = random.Random(seed), rate
        self.fail_at = -1
        self.commits = 0
        self.lost_answers = False
        self.broken_databases = 0

    async def commit(self, writes: Sequence[Write]) -> None:
        self.commits += 1
        fails = self.commits == self.fail_at or self.random.random() < self.rate
        if fails and not self.lost_answers:
            raise DependencyUnavailable(dependency="the database")
        await super().commit(writes)
        if fails:
            raise RuntimeError("killed right after the commit")

    async def ensure(self, collections: Any, database: str = "") -> None:
        if database and self.broken_databases:
            self.broken_databases -= 1
            raise ResourceExhausted(problem="no space left for another database")
        await super().ensure(collections, database)


@pytest.mark.parametrize("lost", [False, True])
async def test_a_failure_at_any_commit_is_made_up_for(lost: bool) -> None:
    backend = Stumbling()
    async with World.furnished(backend) as world:
        start = backend.commits
        await create(world)
        await world.settle()
        needed = backend.commits - start
    for number in range(2, needed + 1):
        backend = Stumbling()
        backend.lost_answers = lost
        async with World.furnished(backend) as world:
            made = await create(world, "enterprise" if number % 2 else "standard")
            backend.fail_at = backend.commits + number - 1
            await world.settle()
            for _ in range(5):
                await world.later(seconds=61)
            world.root = (await world.login("root@example.com")).access_token
            await check_complete(world, made.id)


@pytest.mark.parametrize("seed", range(4))
async def test_many_failures_at_random_are_made_up_for(seed: int) -> None:
    backend = Stumbling(seed)
    async with World.furnished(backend) as world:
        made = await create(world, "enterprise" if seed % 2 else "standard")
        backend.rate, backend.lost_answers = 0.2, bool(seed & 2)
        for _ in range(4):
            await _settle_through(world)
            await world.later(seconds=40)
        backend.rate = 0.0
        for _ in range(4):
            await world.later(seconds=61)
        world.root = (await world.login("root@example.com")).access_token
        await check_complete(world, made.id)


async def _settle_through(world: World) -> None:
    """Settles although the relay itself is hit by the failures."""
    for _ in range(50):
        try:
            await world.settle()
            return
        except (DependencyUnavailable, RuntimeError):
            continue


async def test_a_step_that_fails_is_tried_again_and_says_why(world: World) -> None:
    backend = Stumbling()
    async with World.furnished(backend) as other:
        backend.broken_databases = 2
        made = await create(other, "enterprise")
        await other.settle()
        assert (await state(other, made.id))[1]["CREATE_STORE"] == (
            "RUNNING",
            1,
            "no space left for another database",
        )
        await other.later(seconds=31)
        assert (await state(other, made.id))[1]["CREATE_STORE"][:2] == ("RUNNING", 2)
        await other.later(seconds=61)
        assert (await state(other, made.id))[1]["CREATE_STORE"] == ("DONE", 3, "")
        await check_complete(other, made.id)


class Deaf:
    """Keeps events of some types from one consumer, as if its module was down; gives them back later."""

    def __init__(self, world: World, consumer: str, *types: str) -> None:
        self.held: list[Envelope] = []
        self.queue = world.bus._consumers[consumer].queue
        self.put = self.queue.put_nowait
        self.types = types
        self.queue.put_nowait = self._hear  # type: ignore[method-assign]

    def _hear(self, envelope: Envelope) -> None:
        if envelope.type.rpartition(".")[2] in self.types:
            self.held.append(envelope)
        else:
            self.put(envelope)

    def hear_all(self) -> None:
        self.queue.put_nowait = self.put  # type: ignore[method-assign]
        for envelope in self.held:
            self.put(envelope)


@pytest.mark.parametrize(("event", "step"), [("TenantCreated", "CREATE_ADMIN"), ("TenantWelcomeDue", "WELCOME")])
@pytest.mark.parametrize("plan", ["standard", "enterprise"])
async def test_a_module_that_never_answers_ends_in_failed_and_all_is_taken_back(
    world: World, plan: str, event: str, step: str
) -> None:
    deaf = Deaf(world, "iam", event)
    made = await create(world, plan)
    await world.settle()
    for tries, seconds in enumerate((31, 61, 121, 241), start=1):
        assert (await state(world, made.id))[1][step][:2] == ("RUNNING", tries)
        await world.later(seconds=seconds)
        world.root = (await world.login("root@example.com")).access_token
    assert (await state(world, made.id))[1][step][:2] == ("RUNNING", 5)
    await world.later(seconds=481)
    world.root = (await world.login("root@example.com")).access_token
    reason = "iam did not answer in 5 tries"
    outcome, steps = await state(world, made.id)
    assert outcome == "FAILED" and steps[step] == ("FAILED", 5, reason)
    failed = await world.call("tenants.GetTenant", world.root, id=made.id)
    assert failed.state == failed.STATE_FAILED and failed.state_reason == f"{step}: {reason}"
    assert len(deaf.held) == 5
    _check_taken_back(world, made.id)

    # Now the module comes back and finds all that it missed.
    deaf.hear_all()
    await world.later(seconds=1)
    _check_taken_back(world, made.id)
    assert not world.mails.to("admin@initech.example")

    again = await world.call("tenants.RetryProvisioning", world.root, tenant_id=made.id)
    assert again.attempt == 2
    await world.settle()
    await check_complete(world, made.id)


def _check_taken_back(world: World, id: str) -> None:
    assert not [p for p in world.records("tenant_placements") if p["id"] == id]
    left = set(world.mentions(id)) - {
        "/tenants",
        "/tenant_provisionings",
        "/tenant_directory",
        "/master_audit_logs",
        "/iam_inbox",
        "/tenants_inbox",
        "/tenants_answers",
        "/audit_unsealed",
    }
    assert not left
    database = "t_" + id.removeprefix("ten_").lower()
    assert not any(table for (d, _), table in world.backend._tables.items() if d == database)  # type: ignore[attr-defined]
    entry = next(d for d in world.records("tenant_directory") if d["id"] == id)
    assert entry["state"] == "CLOSED" and entry["slug_key"] is None


async def test_a_failed_tenant_can_be_deleted_and_brought_back_only_as_failed(world: World) -> None:
    deaf = Deaf(world, "iam", "TenantCreated")
    made = await create(world)
    await world.settle()
    for seconds in (31, 61, 121, 241, 481):
        await world.later(seconds=seconds)
    world.root = (await world.login("root@example.com")).access_token
    deleted = await world.call("tenants.DeleteTenant", world.root, id=made.id)
    assert deleted.state == deleted.STATE_DELETING
    with refused("TENANT_STATE"):
        await world.call("tenants.RetryProvisioning", world.root, tenant_id=made.id)
    restored = await world.call("tenants.RestoreTenant", world.root, id=made.id)
    assert restored.state == restored.STATE_FAILED
    deaf.hear_all()
    await world.settle()
    await world.call("tenants.RetryProvisioning", world.root, tenant_id=made.id)
    await world.settle()
    await check_complete(world, made.id)


async def test_there_is_nothing_to_retry_while_under_way_or_when_complete(world: World) -> None:
    made = await create(world)
    with refused("NOTHING_TO_RETRY") as seen:
        await world.call("tenants.RetryProvisioning", world.root, tenant_id=made.id)
    assert "under way" in str(seen.error)
    await world.settle()
    with refused("NOTHING_TO_RETRY") as seen:
        await world.call("tenants.RetryProvisioning", world.root, tenant_id=made.id)
    assert "complete" in str(seen.error)
    with refused("NOT_FOUND"):
        await world.call("tenants.RetryProvisioning", world.root, tenant_id="ten_nowhere")


async def test_a_retry_waits_until_what_was_made_is_taken_back(world: World) -> None:
    Deaf(world, "iam", "TenantCreated", "TenantPurgeRequested")
    made = await create(world)
    await world.settle()
    for seconds in (31, 61, 121, 241, 481):
        await world.later(seconds=seconds)
    world.root = (await world.login("root@example.com")).access_token
    with refused("NOTHING_TO_RETRY") as seen:
        await world.call("tenants.RetryProvisioning", world.root, tenant_id=made.id)
    assert "still being taken back" in str(seen.error)


@pytest.mark.parametrize("seed", range(6))
async def test_events_in_any_order_end_the_same(world: World, seed: int) -> None:
    shuffle = random.Random(seed)
    for consumer in world.bus._consumers.values():
        _shuffled(consumer.queue, shuffle)
    made = await create(world, "enterprise" if seed % 2 else "standard")
    await world.call("tenants.UpdateTenant", world.root, id=made.id, display_name="Initech Inc")
    await world.call("tenants.UpdateTenantSettings", world.root, tenant_id=made.id, session_hours=5)
    await world.settle()
    for _ in range(3):
        await world.later(seconds=35)
    entry = next(d for d in world.records("tenant_directory") if d["id"] == made.id)
    assert (entry["session_hours"], entry["state"], entry["slug_key"]) == (5, "OPEN", "initech")
    await check_complete(world, made.id)
    await world.call("tenants.SuspendTenant", world.root, id=made.id)
    await world.call("tenants.RestoreTenant", world.root, id=made.id)
    await world.settle()
    entry = next(d for d in world.records("tenant_directory") if d["id"] == made.id)
    assert entry["state"] == "OPEN"


def _shuffled(queue: asyncio.Queue[Any], shuffle: random.Random) -> None:
    take = queue.get_nowait

    def get_nowait() -> Any:
        waiting = queue._queue  # type: ignore[attr-defined]
        waiting.rotate(shuffle.randrange(len(waiting)) if waiting else 0)
        return take()

    queue.get_nowait = get_nowait  # type: ignore[method-assign]


async def test_every_event_of_a_provisioning_delivered_again_changes_nothing(world: World) -> None:
    made = await create(world)
    await world.settle()
    for envelope in [e for e in world.bus.log if e.tenant_id == made.id]:
        world.bus._store(replace(envelope, deliveries=2))
    await world.settle()
    await check_complete(world, made.id)


async def test_a_step_announced_again_under_a_new_id_changes_nothing(world: World) -> None:
    made = await create(world)
    await world.settle()
    for number, envelope in enumerate([e for e in world.bus.log if e.tenant_id == made.id]):
        if envelope.type.rpartition(".")[2] in ("ProvisioningStepDue", "TenantCreated", "TenantWelcomeDue"):
            world.bus._store(replace(envelope, id=f"evt_again_{number}"))
    await world.settle()
    await check_complete(world, made.id)


async def test_a_watcher_sees_the_saga_to_its_end(world: World) -> None:
    made = await create(world)
    stream = await world.open("tenants.WatchProvisioning", world.root, tenant_id=made.id)
    first = (await anext(stream)).provisioning
    assert first.tenant_id == made.id
    await world.settle()
    seen = [one async for one in stream]
    assert seen[-1].end and (seen[-2] if len(seen) > 1 else seen[-1]).WhichOneof("item") in ("provisioning", "end")


async def test_only_the_provider_sees_how_a_tenant_is_provisioned(world: World) -> None:
    with refused("REALM_REFUSED"):
        await world.call("tenants.GetProvisioning", world.acme_admin, tenant_id=world.acme.id)
    with refused("NOT_FOUND"):
        await world.call("tenants.GetProvisioning", world.root, tenant_id="ten_nowhere")
