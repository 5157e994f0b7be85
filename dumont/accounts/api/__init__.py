"""The doors of accounts."""

from fastapi import APIRouter

from dumont.accounts.api import auth

router = APIRouter()
for door in (auth,):
    router.include_router(door.router)
