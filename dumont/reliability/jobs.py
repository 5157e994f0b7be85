"""What reliability does beside requests, and what it keeps."""

from dumont.platform.db.partitions import Partitioned
from dumont.platform.live.topics import TopicRule
from dumont.platform.work import Caller
from dumont.reliability import daily, tidying
from dumont.reliability.events import MACHINES


async def _public(_caller: Caller, _thing: str, _tx: object) -> bool:
    return True


JOBS = (tidying.CLEAR, tidying.FORGET, daily.ROLL_UP)
LISTENERS = daily.LISTENERS
TOPICS = (TopicRule(MACHINES, _public),)
PARTITIONED = (
    Partitioned("reliability_attempts", "at", "month", keep_days=lambda settings: settings.machine_history_days),
)
