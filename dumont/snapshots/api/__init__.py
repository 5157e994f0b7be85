"""The doors of snapshots; those with words in their paths stand before those with ids."""

from dumont.snapshots.api import downloads, grants, keeping, objects, program, repository, restores, snapshots, trees

ROUTERS = tuple(
    door.router for door in (objects, program, grants, repository, restores, keeping, downloads, trees, snapshots)
)
