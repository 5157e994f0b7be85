"""A context whose one job leaves marks in a table, so that what ran, how often and when can be judged from outside."""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel

from dumont.platform.contexts import Context
from dumont.platform.db import Db, raw
from dumont.platform.jobs import Job, Run, growing

TABLES = """
    CREATE TABLE marks (
        nth bigserial, job uuid, key text, step int, attempt int, at timestamptz DEFAULT clock_timestamp()
    );
"""


class Marking(BaseModel):
    steps: int = 3
    key: str | None = None
    seconds: float = 0.0
    """How long each step takes."""


async def mark(run: Run, args: Marking) -> Marking:
    """Each step looks at what is done and does one more, as any job should that may be run again."""
    done = 0
    while done < args.steps:
        async with run.work() as work:
            connection = await raw(work.tx)
            done = await connection.fetchval("SELECT count(*) FROM marks WHERE job = $1", run.id)
            if done < args.steps:
                await connection.execute(
                    "INSERT INTO marks (job, key, step, attempt) VALUES ($1, $2, $3, $4)",
                    run.id,
                    args.key,
                    done + 1,
                    run.attempt,
                )
        await run.progress(done, args.steps)
        if args.seconds:
            await asyncio.sleep(args.seconds)
    return args


MARK = Job("marking.mark", mark, args=Marking, retry=growing(50, first_seconds=0.01), sample=Marking())


async def mark_blindly(run: Run, args: Marking) -> None:
    """The control: it neither looks at what is done nor asks whether the job is still its own."""
    for step in range(1, args.steps + 1):
        async with run.part(Db).begin() as tx:
            connection = await raw(tx)
            await connection.execute("INSERT INTO marks (job, key, step) VALUES ($1, $2, $3)", run.id, args.key, step)
        await asyncio.sleep(args.seconds)


MARK_BLINDLY = Job("marking.mark_blindly", mark_blindly, args=Marking, retry=growing(50, first_seconds=0.01))


def contexts() -> Sequence[Context]:
    return (Context("marking", jobs=(MARK, MARK_BLINDLY)),)
