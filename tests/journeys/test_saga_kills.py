"""`kill -9` at every step of provisioning, on real servers: each tenant ends complete, with one of everything."""

import itertools
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from bench.servers import addresses
from tests.journeys.platform import Platform, eventually, ok
from tests.journeys.test_kills import victims

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]

RUNS = int(os.environ.get("ATRIUM_TEST_SAGA_RUNS", "6"))
"""How many kills; each hits a batch of tenants under way. The acceptance run uses 100."""
STEPS = ("KIND_PLACE", "KIND_CREATE_STORE", "KIND_CREATE_ADMIN", "KIND_WELCOME", "KIND_ACTIVATE")
VICTIMS = ("tenants", "iam", "mongod", "nats")
BATCH = 3


def patiently(ask: Any) -> Any:
    """The answer of a careful client, who asks again while the platform is away."""

    def once() -> Any:
        try:
            answer: httpx.Response = ask()
        except httpx.HTTPError:
            return None
        return answer if answer.status_code not in (409, 429, 503, 504) else None

    return ok(eventually(once, lambda answer: answer is not None, seconds=60))


class Killer:
    """Kills the victim's processes as soon as one of the tenants is at the step, or past it."""

    def __init__(self, platform: Platform, admin: str, step: str, victim: str, seed: int) -> None:
        self.platform, self.admin, self.step, self.victim = platform, admin, step, victim
        self.pids = eventually(lambda: victims(platform, victim), bool, 60)
        self.random = random.Random(seed)
        self.hit = ""

    def watch(self, tenant_id: str) -> None:
        with self.platform.client(self.admin) as client:
            give_up = time.monotonic() + 5
            while time.monotonic() < give_up:
                answer = client.get(f"/api/v1/tenants/{tenant_id}/provisioning")
                if answer.status_code == 200:
                    steps = {step["kind"]: step["state"] for step in answer.json()["steps"]}
                    if steps[self.step] != "STATE_WAITING":
                        break
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self.hit = steps[self.step]


def test_a_saga_that_is_killed_at_any_step_ends_complete(killable: Platform) -> None:
    admin = killable.set_up()
    made: list[dict[str, Any]] = []
    points = Counter[str]()
    turns = itertools.cycle(itertools.product(STEPS, VICTIMS))
    chosen = [next(turns) for _ in range(max(RUNS, 1) * 7)][:: 7 if RUNS < 20 else 1][:RUNS]
    for number, (step, victim) in enumerate(chosen):
        started = time.monotonic()
        killer = Killer(killable, admin, step, victim, number)
        with killable.client(admin) as client:
            tenants = []
            for index in range(BATCH):
                slug = f"s-{uuid.uuid4().hex[:10]}"
                body = {
                    "slug": slug,
                    "displayName": slug,
                    "plan": "enterprise" if index == 0 and number % 4 == 0 else "standard",
                    "adminEmail": f"admin@{slug}.example",
                    "adminDisplayName": "Ada",
                }
                key = {"idempotency-key": uuid.uuid4().hex}
                tenants.append(
                    patiently(lambda body=body, key=key: client.post("/api/v1/tenants", json=body, headers=key))
                )  # type: ignore[misc]
                if index == 0:
                    watcher = threading.Thread(target=killer.watch, args=(tenants[0]["id"],))
                    watcher.start()
            watcher.join()
            points[f"{step} {victim} ({killer.hit})"] += 1
            made += tenants
            for tenant in tenants:
                ended(client, tenant["id"])
        print(f"{number + 1}/{len(chosen)} {step} {victim}: {time.monotonic() - started:.1f} s", flush=True)
    print(f"\n{len(chosen)} kills over {len(made)} tenants:")
    for point, count in sorted(points.items()):
        print(f"  {point}: {count}")
    one_of_everything(killable, admin, made)


def ended(client: httpx.Client, id: str) -> None:
    """Waits until the tenant is ACTIVE; one that FAILED is retried, as its page offers."""
    give_up = time.monotonic() + 120
    while True:
        state = patiently(lambda: client.get(f"/api/v1/tenants/{id}"))["state"]
        if state == "STATE_ACTIVE":
            return
        if state == "STATE_FAILED":
            client.post(f"/api/v1/tenants/{id}/provisioning/retry", json={})
        assert time.monotonic() < give_up, f"{id} is still {state}"
        time.sleep(0.05)


def one_of_everything(platform: Platform, admin: str, made: list[dict[str, Any]]) -> None:
    with platform.client(admin) as client:
        for tenant in made:
            users = patiently(lambda id=tenant["id"]: client.get("/api/v1/users", params={"tenant_id": id}))["users"]  # type: ignore[misc]
            assert [user["email"] for user in users] == [tenant["adminEmail"]], tenant["slug"]
            assert [user["roleIds"] for user in users] == [["role_tenant_admin"]]
    # A mail whose mark was lost with the bus is asked for again after half a minute.
    mails = eventually(platform.mailed, lambda m: all(m[tenant["adminEmail"]] for tenant in made), 90)
    assert {tenant["adminEmail"]: mails[tenant["adminEmail"]] for tenant in made} == {
        tenant["adminEmail"]: 1 for tenant in made
    }
    found: MongoClient[dict[str, Any]] = MongoClient(addresses(platform)["ATRIUM_MONGODB_URL"])
    with found:
        own = {name.removeprefix("atrium_") for name in found.list_database_names() if name.startswith("atrium_t_")}
        placed = list(found["atrium"]["tenant_placements"].find())
    assert own == {one["database"] for one in placed if one["database"]}, "an orphan database"
    assert {one["_id"] for one in placed} >= {tenant["id"] for tenant in made}
