import time

import pytest

from actors.kernel.call import Call
from actors.kernel.errors import AtriumError, Contended, DependencyUnavailable, NotFound, OutcomeUnknown
from actors.kernel.host import retry
from actors.kernel.host.retry import MOST_TRIES, attempts


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_SECONDS", 0.00001)


class Flaky:
    def __init__(self, failures: int, error: AtriumError) -> None:
        self.failures, self.error, self.calls = failures, error, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return "done"


@pytest.mark.parametrize("error", [Contended(), DependencyUnavailable(dependency="x")])
async def test_what_changed_nothing_is_tried_again_until_it_succeeds(error: AtriumError) -> None:
    run = Flaky(MOST_TRIES - 1, error)
    assert await attempts(Call(), run) == "done"
    assert run.calls == MOST_TRIES


async def test_at_last_the_refusal_is_told() -> None:
    run = Flaky(1000, Contended())
    with pytest.raises(Contended):
        await attempts(Call(), run)
    assert run.calls == MOST_TRIES


@pytest.mark.parametrize("error", [NotFound(kind="x", id="y"), OutcomeUnknown(dependency="x")])
async def test_a_refusal_that_would_come_again_or_may_have_had_an_effect_is_told_at_once(error: AtriumError) -> None:
    run = Flaky(1, error)
    with pytest.raises(type(error)):
        await attempts(Call(), run)
    assert run.calls == 1


async def test_nothing_is_tried_past_the_deadline() -> None:
    run = Flaky(1000, Contended())
    with pytest.raises(Contended):
        await attempts(Call(deadline=time.monotonic() - 1), run)
    assert run.calls == 1


async def test_headers_of_a_try_that_failed_are_not_sent() -> None:
    call = Call()
    tries = 0

    async def run() -> None:
        nonlocal tries
        tries += 1
        call.response_headers.append(("set-cookie", str(tries)))
        if tries < 3:
            raise Contended

    await attempts(call, run)
    assert call.response_headers == [("set-cookie", "3")]
