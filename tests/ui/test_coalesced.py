"""What is asked for is done, however often it is asked for and dropped."""

import asyncio

from textual.app import App

from replicate_tui.ui.coalesced import Coalesced
from tests.support.waiting import wait_for


class Slow:
    """An errand that ends when `gate` opens, and takes its time to hear that it is canceled."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.gate = asyncio.Event()
        self.may_die = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            await self.may_die.wait()
            raise
        self.ended += 1


async def test_what_is_asked_for_meanwhile_is_one_more_run() -> None:
    app: App[None] = App()
    async with app.run_test():
        errand = Slow()
        coalesced = Coalesced(app.screen, errand, description="be slow")
        for _ in range(5):
            coalesced.want()
        await wait_for(lambda: errand.begun == 1, "the first")
        coalesced.want()
        errand.gate.set()
        await wait_for(lambda: errand.ended == 2, "one more")
        coalesced.want()
        await wait_for(lambda: errand.ended == 3, "a third when it is asked for again")


async def test_what_is_asked_for_after_a_drop_does_not_wait_for_what_was_dropped() -> None:
    app: App[None] = App()
    async with app.run_test():
        errand = Slow()
        coalesced = Coalesced(app.screen, errand, description="be slow")
        coalesced.want()
        await wait_for(lambda: errand.begun == 1, "the first")
        coalesced.drop()
        errand.gate.set()
        await asyncio.sleep(0)
        coalesced.want()
        await wait_for(lambda: errand.ended == 1, "the second")
        coalesced.want_anew()
        await wait_for(lambda: errand.ended == 2, "the third")
        errand.may_die.set()
        await wait_for(lambda: all(worker.is_finished for worker in app.workers), "all to be over")
        assert errand.begun == 3
