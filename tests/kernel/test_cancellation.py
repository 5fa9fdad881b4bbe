import asyncio

import pytest

from actors.kernel.cancellation import heed


async def overhears() -> None:
    """Does what wait_for of Python 3.11 does when a cancellation meets its result: goes on."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return


@pytest.mark.parametrize("heeds", [True, False])
async def test_a_loop_that_heeds_ends_though_the_cancellation_was_dropped_below_it(heeds: bool) -> None:
    rounds = 0

    async def loop() -> None:
        nonlocal rounds
        while rounds < 5:
            if heeds:
                heed()
            rounds += 1
            await overhears() if rounds == 1 else await asyncio.sleep(0)

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled() == heeds
    assert rounds == (1 if heeds else 5)


async def test_a_time_out_that_passed_is_no_cancellation() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await asyncio.Event().wait()
    heed()
