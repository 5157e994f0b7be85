"""What a newcomer's page must know before anyone has signed in."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

import dumont
from dumont.accounts import guard, signup
from dumont.main.areas import AREAS
from dumont.platform.http.doors import Door

router = APIRouter(route_class=Door, tags=["system"])


class Area(BaseModel):
    key: str = Field(examples=["market"])
    title: str = Field(examples=["Market"])
    ready: bool = Field(description="Whether it is built; the application says so honestly where it is not.")


class System(BaseModel):
    version: str = Field(examples=["0.1.0"])
    has_accounts: bool = Field(description="False on an empty system, whose first account becomes administrator.")
    sign_up_open: bool
    demo: bool = Field(description="Whether the clouds are simulated, so that nothing here costs money.")
    mail_configured: bool = Field(description="Whether a forgotten password can be reset by mail.")
    areas: list[Area]


@router.get("/system", summary="Describe this installation")
async def show_system(work: guard.Anyone) -> System:
    has_accounts = await signup.any_account_exists(work.tx)
    return System(
        version=dumont.__version__,
        has_accounts=has_accounts,
        sign_up_open=work.settings.sign_up_open or not has_accounts,
        demo=work.settings.demo,
        mail_configured=work.settings.smtp_url is not None,
        areas=[Area(key=key, title=title, ready=ready) for key, title, ready in AREAS],
    )
