"""After each day: what is older than the window fades into what is left of it, and every machine is scored anew."""

from pydantic import BaseModel, Field

from dumont.basics.machine_key import MachineKey
from dumont.platform.jobs.port import Job, Listener, NoArgs, Run
from dumont.reliability import days, scoring
from dumont.reliability.events import Interrupted, Rated

BATCH = 10_000
AT_ONCE = 500


class RolledUp(BaseModel):
    forgotten: int = Field(description="Days older than the window.")
    scored: int = Field(description="Batches of machines.")


async def roll_up(run: Run, _args: NoArgs) -> RolledUp:
    """In short transactions; cut off anywhere, the next run does what is left."""
    forgotten = await _forget(run)
    async with run.work() as work:
        await scoring.refresh_priors(work)
    batches, after = 0, None
    while True:
        async with run.work() as work:
            after = await scoring.score_batch(work, after)
        batches += 1
        await run.progress(batches * scoring.BATCH, unit="machines", stage="scoring")
        if after is None:
            return RolledUp(forgotten=forgotten, scored=batches)


async def _forget(run: Run) -> int:
    forgotten = 0
    while True:
        async with run.work() as work:
            count = await days.forget(work, BATCH)
        forgotten += count
        await run.progress(forgotten, unit="days", stage="forgetting")
        if count < BATCH:
            return forgotten


async def _after_interruptions(run: Run, event: Interrupted) -> None:
    for place in range(0, len(event.machines), AT_ONCE):
        async with run.work() as work:
            await scoring.score(work, [MachineKey.parse(key) for key in event.machines[place : place + AT_ONCE]])


async def _after_rating(run: Run, event: Rated) -> None:
    async with run.work() as work:
        await scoring.score(work, [MachineKey(event.provider, event.machine_id)])


ROLL_UP = Job(
    "reliability.roll_up",
    roll_up,
    cron="10 0 * * *",
    key=lambda _args: "reliability.roll_up",
    sample=NoArgs(),
)
LISTENERS = (
    Listener("reliability.score_interrupted", Interrupted, _after_interruptions),
    Listener("reliability.score_rated", Rated, _after_rating),
)
