import asyncio
import json
import logging
import math
import sys
import time
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from actors import MODULES
from actors.kernel.access.policy import policy_of
from actors.kernel.call import Call
from actors.kernel.telemetry import JsonLines, Metrics, enter, start_logging, within

METHOD = policy_of(MODULES).methods["atrium.iam.v1.UserService/GetUser"]


def line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("a.b", logging.WARNING, "f.py", 1, message, arguments, None)
    record.__dict__.update(extra)
    found: dict[str, object] = json.loads(JsonLines("iam.0").format(record))
    return found


def test_a_line_is_one_json_object_with_tenant_and_request() -> None:
    with within(Call(scope="ten_1", request_id="req_1", method=METHOD)):
        found = line("two\nlines %s", "ü", count=3)
    assert found["message"] == "two\nlines ü"
    assert (found["tenant_id"], found["request_id"], found["method"]) == ("ten_1", "req_1", METHOD.full_name)
    assert (found["level"], found["component"], found["logger"], found["count"]) == ("warning", "iam.0", "a.b", 3)
    assert "request_id" not in line("outside")


async def test_calls_at_the_same_time_do_not_mix_their_lines() -> None:
    async def one(number: int) -> object:
        enter(Call(request_id=f"req_{number}"))
        await asyncio.sleep(0)
        return line("x")["request_id"]

    assert await asyncio.gather(*(asyncio.create_task(one(n)) for n in range(5))) == [f"req_{n}" for n in range(5)]


def test_a_line_carries_the_exception_and_survives_odd_values() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "f.py", 1, "x", (), sys.exc_info())
    record.__dict__["odd"] = {1, 2}
    found = json.loads(JsonLines("c").format(record))
    assert "ValueError: broken" in found["exception"]
    assert found["odd"] == "{1, 2}"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_all_logs_go_to_stderr_as_lines(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("serve", "info")
    logging.getLogger("x").info("hello")
    logging.getLogger("x").debug("not told")
    logging.getLogger("pymongo").info("not told either")
    (told,) = capsys.readouterr().err.splitlines()
    assert json.loads(told)["message"] == "hello"


def test_metrics_read_as_prometheus_reads_them() -> None:
    metrics = Metrics()
    measured = metrics.method("svc/Get")
    measured.answered += 2
    measured.refused["NOT_FOUND"] = 1
    measured.open += 1
    for seconds in (0.0004, 0.03, 99):
        measured.observe(time.perf_counter() - seconds)
    metrics.gauge("atrium_seal_lag", "Entries not sealed.", 4)
    metrics.count("atrium_mails", "Mails sent.")
    metrics.count("atrium_mails", "Mails sent.", 2)
    registry = CollectorRegistry()
    registry.register(metrics)
    text = generate_latest(registry).decode()
    samples = {
        (s.name, *sorted(s.labels.values())): s.value for f in text_string_to_metric_families(text) for s in f.samples
    }
    assert samples["atrium_calls_total", "OK", "svc/Get"] == 2
    assert samples["atrium_calls_total", "NOT_FOUND", "svc/Get"] == 1
    assert samples["atrium_open_calls", "svc/Get"] == 1
    assert samples["atrium_call_seconds_bucket", "0.001", "svc/Get"] == 1
    assert samples["atrium_call_seconds_bucket", "0.05", "svc/Get"] == 2
    assert samples["atrium_call_seconds_bucket", "10.0", "svc/Get"] == 2
    assert samples["atrium_call_seconds_bucket", "+Inf", "svc/Get"] == 3
    assert samples["atrium_call_seconds_count", "svc/Get"] == 3
    assert math.isclose(samples["atrium_call_seconds_sum", "svc/Get"], 99.03, abs_tol=0.1)
    assert samples["atrium_seal_lag",] == 4
    assert samples["atrium_mails_total",] == 3
