"""Forgets what requests left behind, when its time is over: answers kept for a repeat, and counts of attempts."""

from pydantic import BaseModel

from dumont.platform.http import buckets, idempotency
from dumont.platform.jobs.port import Job, NoArgs, Run


class Forgotten(BaseModel):
    answers: int
    attempts: int


async def prune_requests(run: Run, _args: NoArgs) -> Forgotten:
    async with run.work() as work:
        answers = await idempotency.forget_old(work.tx, work.now)
    async with run.work() as work:
        attempts = await buckets.forget_full(work.tx, work.now)
    return Forgotten(answers=answers, attempts=attempts)


PRUNE_REQUESTS = Job(
    "platform.prune_requests",
    prune_requests,
    cron="29 * * * *",
    key=lambda _args: "platform.prune_requests",
    sample=NoArgs(),
)
