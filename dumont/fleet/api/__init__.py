"""The doors of the fleet; those with words in their paths stand before those with ids."""

from dumont.fleet.api import (
    agent,
    agent_program,
    busy,
    instances,
    logs,
    money,
    operations,
    past,
    rentals,
    standby,
    stream,
    wishes,
)

ROUTERS = tuple(
    door.router
    for door in (agent, agent_program, operations, money, standby, wishes, past, busy, logs, rentals, instances, stream)
)
