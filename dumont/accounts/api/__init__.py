"""The doors of accounts."""

from fastapi import APIRouter

from dumont.accounts.api import auth, keys, passwords, people, teams

router = APIRouter()
for door in (auth, passwords, keys, teams, people):
    router.include_router(door.router)
