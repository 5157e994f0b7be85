"""What this installation is set to, and where each value comes from; secrets only as set or not."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dumont.accounts import guard
from dumont.platform.http.doors import Door, parts_of
from dumont.platform.listed_settings import rows
from dumont.platform.settings import Loaded, Source
from dumont.platform.work import Work

router = APIRouter(route_class=Door, tags=["admin"])


Reader = Annotated[Work, guard.needs("settings:read")]


class Setting(BaseModel):
    name: str = Field(examples=["port"])
    env: list[str] = Field(description="Environment variables, the first that is set wins.", examples=[["DUMONT_PORT"]])
    toml: str = Field(description="Its name in dumont.toml.", examples=["port"])
    value: str = Field(description="What it is now; of a secret only whether it is set.", examples=["8000"])
    default: str = Field(examples=["8000"])
    source: Source
    secret: bool
    description: str = Field(examples=["Port of the API and the web application."])


class Settings(BaseModel):
    items: list[Setting]


@router.get("/admin/settings", summary="List the settings")
async def list_settings(request: Request, _work: Reader) -> Settings:
    """Settings are read once at start, from the environment over `dumont.toml` over defaults."""
    shown = [
        Setting(
            name=row.name,
            env=list(row.env),
            toml=row.name,
            value=row.value,
            default=row.default,
            source=row.source,
            secret=row.secret,
            description=row.description,
        )
        for row in rows(parts_of(request).get(Loaded))
    ]
    return Settings(items=shown)
