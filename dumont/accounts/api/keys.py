"""Doors to the keys of programs, and to the credentials of providers."""

from uuid import UUID

from fastapi import APIRouter, Response

from dumont.accounts import api_keys, provider_keys
from dumont.accounts.api.parts import AccountRead, AccountWrite, ProviderKeysWrite, Sealing
from dumont.accounts.schemas.keys import ApiKey, ApiKeyWish, NewApiKey, Provider, ProviderKey, ProviderKeySecrets
from dumont.basics.page import Page
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems

router = APIRouter(tags=["keys"], route_class=Door)


@router.get("/api-keys", summary="List my API keys", responses=problems())
async def list_api_keys(work: AccountRead, paging: Paginated) -> Paged[ApiKey]:
    return paging.answer(await api_keys.mine(work, paging.cursor, paging.limit), ApiKey.model_validate)


@router.post("/api-keys", status_code=201, summary="Make an API key", responses=problems())
async def create_api_key(body: ApiKeyWish, work: AccountWrite, response: Response) -> NewApiKey:
    """The key is shown in this answer only. It can do what both its scopes and your role allow."""
    key, text = await api_keys.create(work, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    response.headers["cache-control"] = "no-store"
    return NewApiKey(**ApiKey.model_validate(key).model_dump(), key=text.written())


@router.delete("/api-keys/{key_id}", status_code=204, summary="Remove an API key", responses=problems(404))
async def delete_api_key(key_id: UUID, work: AccountWrite) -> None:
    """It stops working at once."""
    await api_keys.remove(work, key_id)


@router.get("/provider-keys", summary="List the providers whose keys are kept", responses=problems())
async def list_provider_keys(work: AccountRead, paging: Paginated) -> Paged[ProviderKey]:
    """There are no more than there are providers, so it is always one page."""
    return paging.answer(Page(await provider_keys.mine(work)), ProviderKey.model_validate)


@router.put("/provider-keys/{provider}", summary="Keep the keys of a provider", responses=problems())
async def store_provider_key(
    provider: Provider, body: ProviderKeySecrets, work: ProviderKeysWrite, vault: Sealing
) -> ProviderKey:
    """Replaces what was kept for this provider. Secrets are encrypted and never come back."""
    fields = {name: secret.get_secret_value() for name, secret in body.fields.items()}
    return ProviderKey.model_validate(await provider_keys.put(work, vault, provider, fields))


@router.delete("/provider-keys/{provider}", status_code=204, summary="Forget the keys", responses=problems(404))
async def delete_provider_key(provider: Provider, work: ProviderKeysWrite) -> None:
    await provider_keys.remove(work, provider)
