"""`kill -9` of each process under load: nothing acknowledged is lost, nothing happens twice, no answer is wrong."""

import os
import signal
import time
import uuid

import psutil
import pytest

from tests.journeys.load import Load
from tests.journeys.platform import Platform, eventually, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

LOAD_SECONDS = float(os.environ.get("ATRIUM_TEST_LOAD_SECONDS", "6"))
"""How long the load goes on around each kill; the acceptance runs use 30."""
GOAL_SECONDS = 5.0
SLACK = 3.0
"""These machines are shared: the goal is printed, the test fails well beyond it."""


def victims(platform: Platform, what: str) -> list[int]:
    status = platform.status()
    components = {name: one["pid"] for name, one in status["components"].items()}
    if what == "supervisor":
        return [status["supervisor_pid"]]
    if what in components:
        return [components[what]]
    if what == "ray supervisor":
        head = psutil.Process(components["ray"])
        return [p.pid for p in head.children(recursive=True) if "Supervisor" in " ".join(p.cmdline())]
    return [one["pid"] for one in status["modules"].get(what, ())]


@pytest.mark.parametrize("what", ["iam", "tenants", "mongod", "nats", "envoy", "ray supervisor", "supervisor"])
def test_it_is_killed_under_load(killable: Platform, what: str) -> None:
    admin = killable.set_up()
    name = f"t-{uuid.uuid4().hex[:10]}"
    # Without a limit of users, which other plans have.
    tenant, _ = killable.tenant_admin(admin, name, "enterprise")
    tail_from = time.time()
    with Load(killable, admin, tenant["id"]) as load:
        time.sleep(LOAD_SECONDS / 3)
        found = victims(killable, what)
        assert found, f"no process of {what}"
        killed = time.monotonic()
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        time.sleep(LOAD_SECONDS * 2 / 3)
        eventually(lambda: load.outage(killed), lambda _: any(when > killed for when in load.successes), seconds=60)
        time.sleep(0.5)
    outage = load.outage(killed)
    print(
        f"\n{what}: {len(load.names)} users acknowledged, {len(load.failures)} calls failed, "
        f"calls succeed again after {outage:.1f} s"
    )
    if what == "supervisor":
        killable.start()  # adopts what is running
    load.check()
    one_event_each(killable, admin, tenant["id"], load, tail_from)
    assert outage <= GOAL_SECONDS * SLACK


def one_event_each(platform: Platform, admin: str, tenant_id: str, load: Load, since: float) -> None:
    """Every user was announced, and the announcement had its effect exactly once: the tenant counts them."""
    with platform.client(admin) as client:
        expected = len(load.names) + 1  # and the first admin
        counted = eventually(
            lambda: int(ok(client.get(f"/api/v1/tenants/{tenant_id}"))["userCount"]), lambda n: n >= expected, 60
        )
        assert counted == expected, f"{counted} users counted, {expected} made"
        audited = eventually(
            lambda: entries(client, tenant_id), lambda found: set(load.names) <= set(found), seconds=60
        )
        assert len(audited) == len(set(audited)), "an audit entry was filed twice"
        assert ok(client.get("/api/v1/audit-logs/verify", params={"tenant_id": tenant_id}))["intact"]


def entries(client: object, tenant_id: str) -> list[str]:
    """Targets of the create entries in the tenant's audit log."""
    found: list[str] = []
    token = ""
    while True:
        params = {"tenant_id": tenant_id, "action": "iam:user:create", "page_size": 500, "page_token": token}
        page = ok(client.get("/api/v1/audit-logs", params={**params, "outcome": "OUTCOME_SUCCEEDED"}))  # type: ignore[attr-defined]
        found += [entry["targetId"] for entry in page["auditLogs"]]
        if not (token := page["nextPageToken"]):
            return found
