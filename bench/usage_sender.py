"""One sender of usage: a process that streams events through the edge and prints how it went, as JSON.

The messages are made before the clock starts: what a sender's own work costs is not the platform's.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import AsyncIterator

import grpc

from actors.api.billing.v1 import RecordUsageResponse, StreamUsageRequest, UsageEvent
from actors.kernel.clock import Clock
from actors.kernel.wire import timestamp

PATH = "/atrium.billing.v1.UsageService/StreamUsage"
BATCH = 1000


def made(run: str, count: int) -> list[bytes]:
    """So many events in full batches. Of one run they have the same ids whenever they are made, in no order."""
    now = timestamp(Clock().now())
    events = [
        UsageEvent(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{run} {number}")),
            meter="exports",
            quantity=1,
            occur_time=now,
            subject="a report",
        )
        for number in range(count)
    ]
    batches = [events[start : start + BATCH] for start in range(0, count, BATCH)]
    return [StreamUsageRequest(events=batch).SerializeToString() for batch in batches]


async def send(address: str, token: str, batches: list[bytes]) -> RecordUsageResponse:
    async def messages() -> AsyncIterator[bytes]:
        for batch in batches:
            yield batch

    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.stream_unary(
            PATH, request_serializer=bytes, response_deserializer=RecordUsageResponse.FromString
        )
        answer: RecordUsageResponse = await call(messages(), metadata=(("authorization", f"Bearer {token}"),))
        return answer


def main() -> None:
    address, token, run, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    batches = made(run, count)
    print("ready", flush=True)
    sys.stdin.readline()
    cpu, started = time.process_time(), time.perf_counter()
    answer = asyncio.run(send(address, token, batches))
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "cpu": time.process_time() - cpu,
                "accepted": answer.accepted,
                "duplicates": answer.duplicates,
            }
        )
    )


if __name__ == "__main__":
    main()
