"""The doors of the fleet; those with words in their paths stand before those with ids."""

from dumont.fleet.api import instances, operations, past, stream, wishes

ROUTERS = tuple(door.router for door in (operations, wishes, past, instances, stream))
