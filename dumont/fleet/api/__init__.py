"""The doors of the fleet; those with words in their paths stand before those with ids."""

ROUTERS = ()
