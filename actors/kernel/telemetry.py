"""Logs as JSON lines, and metrics that cost next to nothing per call.

Every line carries the tenant and the request id of the call it was written in. Metrics are kept as plain numbers and
handed to Prometheus when it asks.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from actors.kernel.call import Call

_current: contextvars.ContextVar[Call | None] = contextvars.ContextVar("call", default=None)
_RESERVED = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@contextlib.contextmanager
def within(call: Call) -> Iterator[None]:
    """Has log lines written inside the block carry the call's tenant and request id."""
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


def enter(call: Call) -> None:
    """As `within`, until the task ends."""
    _current.set(call)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, component: str) -> None:
        super().__init__()
        self.component = component

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "component": self.component,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (call := _current.get()) is not None:
            line["tenant_id"] = call.scope
            line["request_id"] = call.request_id
            if call.method is not None:
                line["method"] = call.method.full_name
        line |= {k: v for k, v in record.__dict__.items() if k not in _RESERVED and not k.startswith("_")}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def start_logging(component: str, level: str) -> None:
    """Sends all logs of this process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(component))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("pymongo", "motor", "nats", "asyncio", "grpc", "ray"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class MethodMetrics:
    """Calls, outcomes and durations of one method."""

    __slots__ = ("answered", "buckets", "method", "open", "refused", "seconds")

    def __init__(self, method: str) -> None:
        self.method = method
        self.answered = 0
        self.refused: dict[str, int] = {}
        self.open = 0
        self.seconds = 0.0
        self.buckets = [0] * (len(BUCKETS) + 1)

    def observe(self, started: float) -> None:
        """Counts a finished call that began at this time.perf_counter()."""
        seconds = time.perf_counter() - started
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS, seconds)] += 1


class Metrics(Collector):
    """Everything one host measures."""

    def __init__(self) -> None:
        self.methods: dict[str, MethodMetrics] = {}
        self.gauges: dict[str, tuple[str, float]] = {}
        self.counters: dict[str, tuple[str, float]] = {}

    def method(self, name: str) -> MethodMetrics:
        return self.methods.setdefault(name, MethodMetrics(name))

    def gauge(self, name: str, help: str, value: float) -> None:
        self.gauges[name] = (help, value)

    def count(self, name: str, help: str, amount: float = 1) -> None:
        self.counters[name] = (help, self.counters.get(name, (help, 0))[1] + amount)

    def collect(self) -> Iterator[Metric]:
        calls = CounterMetricFamily("atrium_calls", "Finished calls.", labels=["method", "outcome"])
        seconds = HistogramMetricFamily("atrium_call_seconds", "Time to answer.", labels=["method"])
        open_calls = GaugeMetricFamily("atrium_open_calls", "Calls being answered.", labels=["method"])
        for m in self.methods.values():
            calls.add_metric([m.method, "OK"], m.answered)
            for reason, count in m.refused.items():
                calls.add_metric([m.method, reason], count)
            total, rows = 0, []
            for bound, count in zip([*map(str, BUCKETS), "+Inf"], m.buckets, strict=True):
                total += count
                rows.append((bound, float(total)))
            seconds.add_metric([m.method], buckets=rows, sum_value=m.seconds)
            open_calls.add_metric([m.method], m.open)
        yield calls
        yield seconds
        yield open_calls
        for name, (help, value) in self.gauges.items():
            yield GaugeMetricFamily(name, help, value)
        for name, (help, value) in self.counters.items():
            yield CounterMetricFamily(name, help, value)
