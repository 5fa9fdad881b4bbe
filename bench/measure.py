"""Load and figures: requests at a fixed concurrency, CPU of processes before and after, percentiles."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import psutil


@dataclass(frozen=True)
class Run:
    """One round of requests."""

    requests: int
    seconds: float
    cpu: dict[str, float]
    """CPU seconds of each watched process."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def cpu_microseconds(self, name: str) -> float:
        return self.cpu[name] / self.requests * 1e6


class _Connection(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection that sends the same request again and again."""

    def __init__(self, request: bytes, take: object, done: asyncio.Future[None]) -> None:
        self.request, self.take, self.done = request, take, done
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._next()

    def _next(self) -> None:
        if not self.take():  # type: ignore[operator]
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(AssertionError(head.split(b"\r\n", 1)[0].decode() + " " + body[:200].decode()))
            self.transport.close()
            return
        lowered = head.lower()
        start = lowered.index(b"content-length:") + 15
        length = int(lowered[start : (lowered + b"\r\n").index(b"\r\n", start)])
        if len(body) >= length:
            self.buffer = b""
            self._next()


async def get(url: str, token: str, requests: int, connections: int, watched: dict[str, int]) -> Run:
    """Sends GETs over keep-alive connections and watches the CPU time of processes."""
    parts = urlsplit(url)
    head = f"GET {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\nauthorization: Bearer {token}\r\n\r\n".encode()
    left = requests
    loop = asyncio.get_running_loop()

    def take() -> bool:
        nonlocal left
        left -= 1
        return left >= 0

    before = cpu_seconds(watched)
    started = time.perf_counter()
    waiting = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        await loop.create_connection(lambda d=done: _Connection(head, take, d), parts.hostname, parts.port)
    await asyncio.gather(*waiting)
    seconds = time.perf_counter() - started
    after = cpu_seconds(watched)
    return Run(requests, seconds, {name: after[name] - before[name] for name in watched})


def cpu_seconds(watched: dict[str, int]) -> dict[str, float]:
    found = {}
    for name, pid in watched.items():
        times = psutil.Process(pid).cpu_times()
        found[name] = times.user + times.system
    return found


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


async def repeated(once: Callable[[], Awaitable[None]], count: int, at_once: int) -> tuple[float, float]:
    """Runs it so many times, so many at once. Returns how often a second, and this process's CPU microseconds each."""
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await once()

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return count / (time.perf_counter() - started), (time.process_time() - cpu) / count * 1e6
