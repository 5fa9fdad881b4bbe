"""Usage that is streamed through the edge while its processes are killed: each event counts once, none is lost."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator

import grpc
import httpx
import pytest

from actors.api.billing.v1 import RecordUsageResponse, StreamUsageRequest, UsageEvent, UsageServiceStub
from tests.journeys.platform import Platform, eventually, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
BATCHES, BATCH = 150, 500


def batch(run: str, number: int) -> StreamUsageRequest:
    events = [UsageEvent(id=f"{run}-{number}-{n}", meter="exports", quantity=2) for n in range(BATCH)]
    return StreamUsageRequest(events=events)


def stream(platform: Platform, token: str, batches: Callable[[], Iterator[StreamUsageRequest]]) -> RecordUsageResponse:
    """Sends until it is answered, as a sender does: what it is unsure of once more."""
    give_up = time.monotonic() + 120
    while True:
        try:
            with grpc.insecure_channel(platform.url.removeprefix("http://")) as channel:
                metadata = (("authorization", f"Bearer {token}"),)
                answer: RecordUsageResponse = UsageServiceStub(channel).StreamUsage(batches(), metadata=metadata)
                return answer
        except grpc.RpcError as error:
            assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED), (
                error
            )
            assert time.monotonic() < give_up, "nobody answers any more"
            time.sleep(0.2)


@pytest.mark.parametrize("what", ["billing", "mongod"])
def test_a_stream_whose_servers_are_killed_counts_each_event_once(killable: Platform, what: str) -> None:
    admin = killable.set_up()
    with killable.client(admin) as client:
        meter = {"displayName": "Exports", "unit": "export", "aggregation": "AGGREGATION_SUM"}
        eventually(
            lambda: client.patch("/api/v1/billing/meters/exports", json=meter), lambda one: one.status_code == 200, 60
        )
    tenant, token = killable.tenant_admin(admin, f"u-{uuid.uuid4().hex[:8]}")

    def used() -> int:
        def shown() -> httpx.Response:
            with killable.client(token) as client:
                return client.get(f"/api/v1/billing/usage/{tenant['id']}")

        # Who was killed takes its time to come back, on a machine that is shared.
        answer = eventually(shown, lambda found: found.status_code != 503, seconds=60)
        return sum(int(one["quantity"]) for one in ok(answer)["meters"] if one["meter"]["id"] == "exports")

    first = stream(killable, token, lambda: iter([batch("first", number) for number in range(4)]))
    assert (first.accepted, used()) == (4 * BATCH, 2 * 4 * BATCH)
    status = killable.status()
    victims = [one["pid"] for one in status["modules"].get(what, ())] or [status["components"][what]["pid"]]

    def batches() -> Iterator[StreamUsageRequest]:
        for number in range(BATCHES):
            if number == BATCHES // 3:
                while victims:
                    os.kill(victims.pop(), signal.SIGKILL)
            yield batch("second", number)

    answer = stream(killable, token, batches)
    assert not victims
    assert answer.accepted + answer.duplicates == BATCHES * BATCH
    total = 2 * (BATCHES + 4) * BATCH
    assert used() == total
    again = stream(killable, token, batches)
    assert (again.accepted, again.duplicates) == (0, BATCHES * BATCH)
    assert used() == total
