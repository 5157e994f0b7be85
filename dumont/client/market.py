"""The market as the API has it: search, comparison, differences of price between clouds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dumont.client.http import Api

if TYPE_CHECKING:
    from dumont.client import models


class Market:
    def __init__(self, api: Api) -> None:
        self._api = api

    def search(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.SearchAnswer]:
        """Page after page; every page tells the total."""
        return self._api.pages("/offers", filters, limit=limit)

    def offer(self, offer_id: str) -> models.OfferDetail:
        answer: models.OfferDetail = self._api.get(f"/gpus/{quote(offer_id, safe='')}")
        return answer

    def compare(self, ids: list[str], **terms: float | None) -> models.Comparison:
        given = {name: value for name, value in terms.items() if value is not None}
        answer: models.Comparison = self._api.post("/gpus/compare", {"ids": ids, **given}, signed=False)
        return answer

    def opportunities(self, **filters: Any) -> models.Opportunities:
        answer: models.Opportunities = self._api.get("/arbitrage/opportunities", filters)
        return answer

    def savings(self, model: str, *, hours_per_day: float, days: float) -> models.Savings:
        times = {"hours_per_day": hours_per_day, "days": days}
        answer: models.Savings = self._api.get(f"/arbitrage/savings/{quote(model, safe='')}", times)
        return answer

    def providers_of(self, model: str) -> models.ProviderComparison:
        answer: models.ProviderComparison = self._api.get(f"/arbitrage/compare/{quote(model, safe='')}")
        return answer

    def deals(self, *, model: str | None = None, limit: int | None = None) -> models.Deals:
        answer: models.Deals = self._api.get("/arbitrage/best-deals", {"model": model, "limit": limit})
        return answer

    def providers(self) -> models.Providers:
        answer: models.Providers = self._api.get("/providers")
        return answer

    def sync(self, provider: str | None = None) -> models.BegunJobs:
        """Of all clouds, or of one."""
        answer: models.BegunJobs = self._api.post(
            f"/providers/sync/{quote(provider, safe='')}" if provider else "/providers/sync"
        )
        return answer

    def test_provider(self, name: str, *, record: bool = False) -> models.Begun:
        """Begins a job that tries the key of a cloud."""
        answer: models.Begun = self._api.post(f"/providers/{quote(name, safe='')}/test", {"record": record})
        return answer
