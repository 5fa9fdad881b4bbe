"""One replica of a module in this process: its work goes on after faults, and what it counted is told."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from actors import MODULES
from actors.api.billing.v1 import EntitlementsChanged
from actors.api.iam.v1 import UserSuspended
from actors.api.kernel.v1 import AuditRecorded, CallsCounted
from actors.kernel.call import Call
from actors.kernel.clock import Clock
from actors.kernel.errors import DependencyUnavailable, NotFound, SubscriptionInactive
from actors.kernel.events.contract import Envelope, subject_of
from actors.kernel.events.memory import MemoryBus
from actors.kernel.host import module_host
from actors.kernel.host.module_host import ModuleHost, Ports
from actors.kernel.mail import OutboxFolder
from actors.kernel.module import Furnished, Module, Room, Worker, card
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.migrate import layout
from tests.contracts.buses import until
from tests.kernel.tokens import POLICY, jwks, principal

METHOD = POLICY.methods["atrium.iam.v1.UserService/SuspendUser"]


class FaultyBus(MemoryBus):
    down = False

    async def publish(self, envelopes: Any) -> None:
        if self.down:
            raise DependencyUnavailable(dependency="NATS")
        await super().publish(envelopes)


def hosted(tmp_path: Path, bus: MemoryBus, *workers: Worker, modules: tuple[str, ...] = MODULES) -> ModuleHost:
    cards = [card(name) for name in modules]
    tenants = cards[modules.index("tenants")]

    def furnish(room: Room) -> Furnished:
        real = tenants.furnish(room)
        return dataclasses.replace(real, workers=workers, prepare=None, schedules=())

    async def publish_jwks(document: bytes) -> None:
        raise AssertionError("nothing makes keys here")

    async def watch_jwks() -> AsyncIterator[bytes]:
        yield jwks()
        await asyncio.Event().wait()

    ports = Ports(
        backend=MemoryBackend(),
        bus=bus,
        mesh=None,  # type: ignore[arg-type]  # nothing is dialled
        mailer=OutboxFolder(tmp_path, "x@example.com"),
        clock=Clock(),
        sealer=Sealer(b"s" * 32),
        platform=PlatformSettings(home=tmp_path),
        publish_jwks=publish_jwks,
        watch_jwks=watch_jwks,
    )
    mine: Module = dataclasses.replace(tenants, furnish=furnish)
    return ModuleHost(mine, [mine if one is tenants else one for one in cards], tenants.settings(), ports)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_host, "RESTART_SECONDS", 0.001)
    monkeypatch.setattr(module_host, "FLUSH_SECONDS", 0.005)


@pytest.mark.parametrize("leased", [False, True])
async def test_a_worker_that_fails_begins_anew(tmp_path: Path, leased: bool, caplog: pytest.LogCaptureFixture) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ValueError("a fault of the worker")
        await asyncio.Event().wait()

    host = hosted(tmp_path, MemoryBus(Clock()), Worker("flaky", work, leased=leased))
    await host.start()
    await until(lambda: tries == 2)
    await host.stop()
    assert "flaky" in caplog.text and "a fault of the worker" in caplog.text


async def test_the_relay_survives_a_fault_that_nobody_expected(tmp_path: Path) -> None:
    host = hosted(tmp_path, bus := MemoryBus(Clock()))
    real, calls = host.relays[0].outbox.pending, 0

    async def pending(limit: int) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise KeyError("unexpected")
        return await real(limit)

    host.relays[0].outbox.pending = pending  # type: ignore[method-assign]
    await host.start()
    await until(lambda: calls > 1)
    assert bus.log == []
    await host.stop()


async def test_what_was_counted_is_told_once_the_bus_answers_again(tmp_path: Path) -> None:
    host = hosted(tmp_path, bus := FaultyBus(Clock()))
    call = Call(principal=principal(), method=METHOD, scope="ten_1")
    bus.down = True
    for _ in range(3):
        host.usage.called(call, failed=False)
        host.refusals.add(call, NotFound(kind="user", id="x"))
        with pytest.raises(DependencyUnavailable):
            await host.flush()
    bus.down = False
    await host.flush(everything=True)
    told = [one.message() for one in bus.log]
    assert sum(row.calls for one in told if isinstance(one, CallsCounted) for row in one.calls) == 3
    assert sum(one.count for one in told if isinstance(one, AuditRecorded)) == 3
    await host.flush(everything=True)
    assert len(bus.log) == len(told)


async def test_a_host_that_stops_tells_what_it_has_counted(tmp_path: Path) -> None:
    host = hosted(tmp_path, bus := MemoryBus(Clock()))
    await host.start()
    call = Call(principal=principal(), method=METHOD, scope="ten_1")
    host.refusals.add(call, NotFound(kind="user", id="x"))
    await until(lambda: any(one.type.endswith("AuditRecorded") for one in bus.log))
    host.refusals.add(call, NotFound(kind="user", id="x"))
    await host.stop()
    assert sum(one.message().count for one in bus.log if one.type.endswith("AuditRecorded")) == 2  # type: ignore[attr-defined]


async def test_what_is_waiting_to_be_told_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_host, "MOST_UNTOLD", 4)
    host = hosted(tmp_path, bus := FaultyBus(Clock()))
    bus.down = True
    for number in range(10):
        host.usage.called(Call(principal=principal(tenant_id=f"ten_{number}")), failed=False)
        with pytest.raises(DependencyUnavailable):
            await host.flush()
    bus.down = False
    await host.flush()
    assert len(bus.log) == 4


async def test_a_method_that_nothing_implements_stops_the_start(tmp_path: Path) -> None:
    host = hosted(tmp_path, MemoryBus(Clock()))
    assert {method.module for method, _ in host.methods()} == {"tenants"}
    host.furnished = dataclasses.replace(host.furnished, services=host.furnished.services[1:])
    with pytest.raises(LookupError, match="nothing implements atrium.tenants.v1."):
        host.methods()


async def test_an_event_that_revokes_makes_tokens_stale_at_once(tmp_path: Path) -> None:
    host = hosted(tmp_path, bus := MemoryBus(Clock()))
    await host.start()
    assert not host.revocations.stale(principal(user_id="usr_7"))
    event = UserSuspended(user_id="usr_7", tenant_id="ten_1")
    told = Envelope(
        id="evt_1",
        type=event.DESCRIPTOR.full_name,
        subject=subject_of("iam", "UserSuspended", "ten_1"),
        payload=event.SerializeToString(),
        time=Clock().now(),
    )
    issued = principal(user_id="usr_7", issued_ms=principal().issued_ms - 1000)
    await bus.publish([told])
    await until(lambda: host.revocations.stale(issued))
    assert not host.revocations.stale(principal(user_id="usr_8"))
    await host.stop()


class SlowReplay(MemoryBus):
    async def replay(self, *args: Any) -> None:
        await asyncio.sleep(0.05)
        await super().replay(*args)


async def test_a_host_takes_no_call_before_it_knows_which_tokens_are_revoked(tmp_path: Path) -> None:
    bus = SlowReplay(clock := Clock())
    event = UserSuspended(user_id="usr_7", tenant_id="ten_1")
    subject = subject_of("iam", "UserSuspended", "ten_1")
    await bus.publish([Envelope("evt_1", event.DESCRIPTOR.full_name, subject, event.SerializeToString(), clock.now())])
    host = hosted(tmp_path, bus)
    await host.start()
    assert host.revocations.stale(principal(user_id="usr_7", issued_ms=principal().issued_ms - 1000))
    await host.stop()


def test_the_layout_holds_every_collection_once() -> None:
    names = [one.name for one in layout([(name, card(name).collections) for name in MODULES])]
    assert len(names) == len(set(names))


def announced(event: Any, number: int) -> Envelope:
    kind = event.DESCRIPTOR
    subject = subject_of("billing", kind.name, event.tenant_id)
    return Envelope(
        f"evt_{number}", kind.full_name, subject, event.SerializeToString(), Clock().now(), tenant_id=event.tenant_id
    )


def entitlements(revision: int, *, tier: str = "standard", usable: bool = True, tenant: str = "ten_1") -> Envelope:
    event = EntitlementsChanged(
        tenant_id=tenant, tier=tier, usable=usable, features=["iam.api-keys"], revision=revision
    )
    return announced(event, revision if tenant == "ten_1" else 1000 + revision)


async def test_every_replica_knows_what_tenants_may_use_at_once_and_one_that_starts_before_its_first_call(
    tmp_path: Path,
) -> None:
    bus = MemoryBus(Clock())
    early, twin = hosted(tmp_path, bus), hosted(tmp_path, bus)
    await early.start()
    await twin.start()
    await bus.publish([entitlements(1), entitlements(1, tenant="ten_2"), entitlements(2, usable=False)])
    for host in (early, twin):
        await until(lambda host=host: host.entitlements.of("ten_2"))
        known = host.room.entitlements.of("ten_1")
        assert known is not None and (known.revision, known.usable) == (2, False)
    late = hosted(tmp_path, bus)
    await late.start()
    known = late.entitlements.of("ten_1")
    assert known is not None and known.revision == 2
    with pytest.raises(SubscriptionInactive):
        late.chain.entitlements.must_serve_machine("ten_1")
    for host in (early, twin, late):
        await host.stop()


async def test_a_change_of_tier_makes_tokens_with_another_one_stale(tmp_path: Path) -> None:
    now = int(Clock().now().timestamp() * 1000)
    old = principal(tier="standard", issued_ms=now - 1000)
    bus = MemoryBus(Clock())
    await bus.publish([entitlements(1, tier="standard")])
    host = hosted(tmp_path, bus)
    await host.start()
    await bus.publish([entitlements(2, tier="standard"), entitlements(3, tier="premium")])
    await until(lambda: host.entitlements.tier("ten_1") == "premium")
    assert not host.revocations.stale(old), "the host that makes tokens may not know it yet"
    await until(lambda: host.revocations.stale(old), seconds=5)
    assert not host.revocations.stale(principal(tier="premium", issued_ms=now - 1000))
    assert not host.revocations.stale(principal(tier="standard", issued_ms=now - 1000, tenant_id="ten_2"))
    await host.stop()


async def test_a_tier_that_was_taken_back_at_once_makes_nothing_stale(tmp_path: Path) -> None:
    now = int(Clock().now().timestamp() * 1000)
    host = hosted(tmp_path, bus := MemoryBus(Clock()))
    await host.start()
    await bus.publish([entitlements(1), entitlements(2, tier="premium"), entitlements(3)])
    stale = principal(tier="premium", issued_ms=now - 1000)
    await until(lambda: host.revocations.stale(stale), seconds=5)
    assert not host.revocations.stale(principal(tier="standard", issued_ms=now - 1000))
    await host.stop()


async def test_where_no_plans_are_sold_a_host_waits_for_no_entitlements(tmp_path: Path) -> None:
    host = hosted(tmp_path, bus := MemoryBus(Clock()), modules=("iam", "tenants"))
    await host.start()
    assert host.entitlements.known.is_set()
    await bus.publish([entitlements(1, usable=False)])
    assert host.entitlements.of("ten_1") is None
    await host.stop()
