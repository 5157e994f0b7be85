"""The doors to webhooks: where somebody is told of what happens, and what became of each message."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from dumont.accounts import guard
from dumont.notices import keeping, telling
from dumont.notices.schemas import NewWebhook, Webhook, WebhookChange, WebhookDelivery, Webhooks, WebhookWish
from dumont.platform.http.doors import Door, part
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.platform.jobs import Jobs
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=Door)
AccountRead = Annotated[Work, guard.needs("account:read")]
AccountWrite = Annotated[Work, guard.needs("account:write")]
TheVault = Annotated[Vault, Depends(part(Vault))]
TheJobs = Annotated[Jobs, Depends(part(Jobs))]
WebhookPath = Annotated[UUID, Path(description="Of a webhook of yours.")]


@router.get("", summary="List my webhooks", responses=problems())
async def list_webhooks(work: AccountRead) -> Webhooks:
    """The newest first."""
    return Webhooks(items=[Webhook.model_validate(each) for each in await keeping.mine(work)])


@router.post("", status_code=201, summary="Make a webhook", responses=problems())
async def create_webhook(body: WebhookWish, work: AccountWrite, vault: TheVault, response: Response) -> NewWebhook:
    """Told of what happens to your instances and budgets, and to those of your teams."""
    made, secret = await keeping.create(
        work, vault, name=body.name, url=body.url.get_secret_value(), form=body.form, topics=body.topics
    )
    response.headers["cache-control"] = "no-store"
    return NewWebhook(**Webhook.model_validate(made).model_dump(), secret=secret)


@router.patch("/{webhook_id}", summary="Change a webhook", responses=problems(404))
async def change_webhook(webhook_id: WebhookPath, body: WebhookChange, work: AccountWrite, vault: TheVault) -> Webhook:
    return Webhook.model_validate(await keeping.change(work, vault, webhook_id, body.given()))


@router.delete("/{webhook_id}", status_code=204, summary="Remove a webhook", responses=problems(404))
async def delete_webhook(webhook_id: WebhookPath, work: AccountWrite) -> None:
    """With what was sent to it."""
    await keeping.remove(work, webhook_id)


@router.post("/{webhook_id}/test", status_code=202, summary="Send a test to a webhook", responses=problems(404))
async def test_webhook(webhook_id: WebhookPath, work: AccountWrite, jobs: TheJobs) -> WebhookDelivery:
    """Its deliveries tell what came of it."""
    return WebhookDelivery.model_validate(await telling.test(work, jobs, webhook_id))


@router.get("/{webhook_id}/deliveries", summary="List what was sent to a webhook", responses=problems(404))
async def list_webhook_deliveries(
    webhook_id: WebhookPath, work: AccountRead, paging: Paginated
) -> Paged[WebhookDelivery]:
    """The newest first; kept for 30 days."""
    page = await telling.past(work, webhook_id, paging.cursor, paging.limit)
    return paging.answer(page, WebhookDelivery.model_validate)
