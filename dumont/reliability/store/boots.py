"""SQL of boot times of many machines at once."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, tuple_

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx
from dumont.reliability.tables import ReliabilityMachine


async def histograms(tx: Tx, machines: Iterable[MachineKey]) -> dict[str, Sequence[int]]:
    """By `provider:machine_id`."""
    keys = [(machine.provider, machine.machine_id) for machine in machines]
    named = tuple_(ReliabilityMachine.provider, ReliabilityMachine.machine_id)
    query = select(ReliabilityMachine.provider, ReliabilityMachine.machine_id, ReliabilityMachine.boot_histogram)
    return {f"{row[0]}:{row[1]}": row[2] for row in await tx.execute(query.where(named.in_(keys)))}
