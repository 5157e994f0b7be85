"""Vast.ai: a marketplace of single machines, on demand or for a bid, by its REST API.

- Every path ends in a slash. Each endpoint has its own least pause; lists are preferred to single looks.
- An offer is a slice of a machine. Once rented it is gone, and what is left of the machine has new ids.
- A bid that is too low is answered by an error, and may all the same leave a stopped machine whose disk costs: ids are
  read out of errors too.
- `instances: null` means that a machine is gone, and was seen for young ones that lived: it takes two of them and a
  list without it.
- A direct address and one over the gateway; the parts of the two don't mix.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from dumont.providers import errors, port
from dumont.providers.adapters import vast_forms as forms
from dumont.providers.http import Answer, Http
from dumont.providers.limits import Every

OFFERS_MAX = 5000
"""Of one page."""
SEARCH_PAGES_MAX = 8
ROUND, SHORT_PAGES = 100, (64, 65)
"""Nobody says that a page was cut below what was asked for, but where it is cut it is at a round number, or there."""
PAGE = 25
PAGES_MAX = 400
LOG_TRIES = 30
QUOTA = "search_quota_exceeded"
PENALTY = 3
"""Whoever comes too early is made to wait about so many times the usual pause."""
THRESHOLD = re.compile(r"threshold\s*=\s*([\d.]+)")
BAD_KEY = ("auth_error", "invalid user key", "session expired", "invalid api key", "not authorized")
GONE = ("no_such_instance", "not_found", "no such instance")
NO_MONEY = re.compile(
    r"insufficient[_ ]?(credit|funds|balance)|lack[s ].*credit|no credit|add credit|payment", re.IGNORECASE
)
LOW_BID = re.compile(
    r"\bbid\b.*(low|less|below|min)|(low|min)\w*[_ ]bid|invalid_price|price.*(low|below)", re.IGNORECASE
)

CAN = port.Capabilities(
    spot=True,
    stop_start=True,
    stopped_costs=True,
    labels=True,
    relabel=True,
    balance=True,
    images=True,
    logs=True,
    ssh_gateway=True,
    self_destroy=True,
    physical_machines=True,
    why_not={
        "machine_images": "It starts containers, not whole machines.",
        "idempotent_create": "Vast knows no idempotency keys: a machine is found again by its label.",
        "loss_notice_seconds": "Vast does not warn before a higher bid takes a machine.",
        "extends": "Vast bills by the second from its credit: a machine has no end of its own.",
    },
)
LIMITS = (
    Every("search", 7.0, burst=2),
    Every("create", 5.0),
    Every("destroy", 3.2),
    Every("show", 2.1),
    Every("list", 1.1),
    Every("change", 1.1),
    Every("ssh", 1.1),
    Every("account", 1.1),
    Every("log", 1.6),
    Every("log_file", 0.4),
)


class Vast:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {credentials.get('api_key', '')}", "accept": "application/json"}

    async def search(self) -> port.Catalogue:
        """Twice: what is to be had on demand, and for which bid. Both prices stand in one offer."""
        rows, cut = await self._offers("on-demand")
        found = forms.read_offers(rows)
        try:
            bid_rows, bids_cut = await self._offers("bid")
        except (errors.Unavailable, errors.RateLimited) as error:
            bid_rows, bids_cut = rows, f"Bids are those of the search on demand: {error.message}"
        offers = _with_bids(found, bid_rows)
        for row in found.skipped[:1]:
            self._http.unfit("offer", row)
        notes = [note for note in (cut, bids_cut) if note]
        return port.Catalogue(
            offers,
            complete=not notes,
            skipped=len(found.skipped),
            slices=found.slices,
            unnamed=found.unnamed,
            notes=notes,
        )

    async def offered(self, offer_ids: Collection[str]) -> frozenset[str]:
        wanted = {"in": [int(name) for name in offer_ids if name.isdecimal()]}
        rows = await self._searched("on-demand", {"limit": OFFERS_MAX, "id": wanted})
        return frozenset(name for name in map(_id, rows) if name is not None) & frozenset(offer_ids)

    async def create(self, order: port.Order) -> port.Created:
        path = f"/api/v0/asks/{order.offer.provider_offer_id}/"
        answer = await self._call("PUT", path, group="create", effect=True, json=forms.wanted(order), seconds=60)
        made = _new_id(answer)
        if not answer.good or not isinstance(answer.data, dict) or answer.data.get("success") is not True or not made:
            raise self._not_created(answer, made, order)
        await self._attach(made, order.ssh_keys)
        if order.max_price_hour is None or order.spot:
            return port.Created(made)
        return await self._not_dearer(made, order.max_price_hour)

    async def machines(self) -> port.Held:
        rows: dict[str, port.Machine] = {}
        token: str | None = None
        total = 0
        for _ in range(PAGES_MAX):
            page = await self._page(token)
            for row in page["instances"]:
                self._keep(row, rows)
            token, total = page.get("next_token"), int(page.get("total_instances") or 0)
            if not token:
                break
        return port.Held(tuple(rows.values()), complete=not token and len(rows) >= total)

    async def machine(self, machine_id: str) -> port.Machine:
        if row := await self._shown(machine_id) or await self._found(machine_id) or await self._shown(machine_id):
            return forms.machine(row)
        raise errors.MachineGone(f"Vast has no machine {machine_id} any more.")

    async def start(self, machine_id: str) -> None:
        await self._change(machine_id, {"state": "running"})

    async def stop(self, machine_id: str) -> None:
        await self._change(machine_id, {"state": "stopped"})

    async def extend(self, machine_id: str, hours: int) -> None:
        raise errors.Unsupported(CAN.why_not["extends"])

    async def relabel(self, machine_id: str, label: str) -> None:
        await self._change(machine_id, {"label": label})

    async def destroy(self, machine_id: str) -> None:
        answer = await self._call("DELETE", f"/api/v0/instances/{machine_id}/", group="destroy", effect=True)
        with suppress(errors.MachineGone):
            self._checked(answer, effect=True)

    async def balance(self) -> Decimal:
        """What is prepaid is called credit; a balance counts only as a debt."""
        answer = await self._call("GET", "/api/v0/users/current/", group="account")
        self._checked(answer)
        credit = forms.decimal(answer.data.get("credit")) if isinstance(answer.data, dict) else None
        if credit is None:
            raise self._http.broken("an account without credit", answer.data)
        return credit + min(forms.decimal(answer.data.get("balance")) or Decimal(0), Decimal(0))

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        path = f"/api/v0/instances/request_logs/{machine_id}/"
        answer = await self._call("PUT", path, group="log", json={"tail": str(lines), "filter": ""})
        self._checked(answer)
        url = str((answer.data or {}).get("result_url") or "")
        if not url.startswith(("https://", "http://")):
            raise self._http.broken("a log without an address", answer.data)
        for _ in range(LOG_TRIES):  # the file is there a little later
            file = await self._http.call("GET", url, group="log_file", text=True)
            if file.good:
                return "\n".join(file.text.splitlines()[-lines:])
        raise errors.Unavailable("Vast did not write the log in time.")

    async def _offers(self, kind: str) -> tuple[list[Any], str | None]:
        """By their ids and page by page, for there is no cursor, and what is new meanwhile has a higher id. With the
        reason why some may be missing."""
        rows: list[Any] = []
        last = 0
        for _ in range(SEARCH_PAGES_MAX):
            try:
                page = await self._searched(kind, {"limit": OFFERS_MAX, **({"id": {"gt": last}} if last else {})})
            except (errors.Unavailable, errors.RateLimited) as error:
                if not rows:
                    raise
                return rows, f"Only the first {len(rows)} offers {kind} came: {error.message}"
            highest = max((int(name) for name in map(_id, page) if name and name.isdecimal()), default=0)
            if page and highest <= last:
                return rows, f"The pages of offers {kind} don't follow one another."
            rows, last = rows + list(page), highest
            if not _may_go_on(len(page)):
                return rows, None
        return rows, f"There are more than {len(rows)} offers {kind}."

    async def _searched(self, kind: str, wanted: Mapping[str, Any]) -> Sequence[Any]:
        body = {
            "type": kind,
            "order": [["id", "asc"]],
            "rentable": {"eq": True},
            "rented": {"eq": False},
            "external": {"eq": False},
            "verified": {"in": [True, False]},  # left out, it would mean only the verified
            **wanted,
        }
        answer = await self._call("POST", "/api/v0/bundles/", group="search", json=body, seconds=60)
        self._checked(answer)
        rows = answer.data.get("offers") if isinstance(answer.data, dict) else None
        if not isinstance(rows, list):
            raise self._http.broken("a search without offers", answer.data)
        return rows

    async def _page(self, token: str | None, **select: Any) -> Mapping[str, Any]:
        params = {"limit": str(PAGE), "order_by": json.dumps([{"col": "id", "dir": "asc"}])}
        params |= {"after_token": token} if token else {}
        params |= {"select_filters": json.dumps(select)} if select else {}
        answer = await self._call("GET", "/api/v1/instances/", group="list", params=params)
        self._checked(answer)
        if not isinstance(answer.data, dict) or not isinstance(answer.data.get("instances"), list):
            raise self._http.broken("a list without instances", answer.data)
        page: Mapping[str, Any] = answer.data
        return page

    def _keep(self, row: Any, rows: dict[str, port.Machine]) -> None:
        """A machine that can't be read is money that can't be seen: the whole list does not count then."""
        try:
            read = forms.machine(row)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            raise self._http.broken("an instance", row) from None
        rows[read.id] = read

    async def _shown(self, machine_id: str) -> Mapping[str, Any] | None:
        answer = await self._call("GET", f"/api/v0/instances/{machine_id}/", group="show", params={"owner": "me"})
        with suppress(errors.MachineGone):
            self._checked(answer)
            if not isinstance(answer.data, dict) or "instances" not in answer.data:
                raise self._http.broken("an instance without itself", answer.data)
            row: Mapping[str, Any] | None = answer.data["instances"]
            return row
        return None

    async def _found(self, machine_id: str) -> Mapping[str, Any] | None:
        rows = (await self._page(None, id={"eq": int(machine_id)}))["instances"]
        return next((row for row in rows if str(row.get("id")) == machine_id), None)

    async def _change(self, machine_id: str, body: Mapping[str, str]) -> None:
        path = f"/api/v0/instances/{machine_id}/"
        self._checked(await self._call("PUT", path, group="change", effect=True, json=body), effect=True)

    async def _attach(self, machine_id: str, keys: Sequence[str]) -> None:
        """The start script writes them too, so a failure here must not hide that the machine is ours."""
        for key in keys:
            with suppress(errors.ProviderError):
                path = f"/api/v0/instances/{machine_id}/ssh/"
                await self._call("POST", path, group="ssh", effect=True, json={"ssh_key": key.strip()})

    async def _not_dearer(self, machine_id: str, price_max: Decimal) -> port.Created:
        """An order can't name its highest price: what the machine costs is looked at, and too dear a one given back."""
        try:
            row = await self._shown(machine_id)
        except errors.ProviderError:
            row = None
        price = forms.decimal(row.get("dph_base")) if row else None
        if price is None or row is None:
            return port.Created(machine_id)
        if price <= price_max:
            return port.Created(machine_id, forms.machine(row), price)
        with suppress(errors.ProviderError):  # the caller is told the id, and looks
            await self.destroy(machine_id)
        raise errors.OfferGone("The price of this offer has risen above the limit.", created_ids=[machine_id])

    async def _call(self, method: str, path: str, *, group: str, **rest: Any) -> Answer:
        try:
            return await self._http.call(method, path, group=group, headers=self._headers, too_fast=_too_fast, **rest)
        except _SearchQuota as error:
            await self._http.hold(group, error.seconds)
            raise errors.QuotaReached(error.message, status=429) from None

    def _checked(self, answer: Answer, *, effect: bool = False) -> None:
        said = answer.data if isinstance(answer.data, dict) else {}
        if answer.status >= 500:
            raise self._http.doubt(answer) if effect else errors.Unavailable("Vast did not answer.")
        if not answer.good or said.get("success") is False:
            raise _refusal(answer)

    def _not_created(self, answer: Answer, made: str | None, order: port.Order) -> errors.ProviderError:
        ids = [made] if made else []
        if answer.status >= 500:
            return self._http.doubt(answer, ids)
        said = _said(answer)
        if answer.good and not said:
            self._http.unfit("a create without success or error", answer.data)
            return errors.OutcomeUnknown("Vast did not say whether it was done.", created_ids=ids)
        if "no_such_ask" in said or answer.status == 410:
            return errors.OfferGone("This offer is not there any more.", status=answer.status, created_ids=ids)
        if order.spot and (made or LOW_BID.search(said)):
            return errors.OfferGone("The bid is too low by now.", status=answer.status, created_ids=ids)
        refusal = _refusal(answer)
        if isinstance(refusal, errors.MachineGone):
            refusal = errors.OfferGone("This offer is not there any more.", status=answer.status)
        refusal.created_ids = tuple(ids)
        return refusal


class _SearchQuota(errors.QuotaReached):
    def __init__(self, seconds: float) -> None:
        super().__init__("Vast's searches of this day are used up; they begin anew at midnight UTC.", status=429)
        self.seconds = seconds


def _with_bids(found: forms.Read, rows: Sequence[Any]) -> list[port.Listed]:
    """An offer that only the search for bids has can be had only by bidding."""
    lowest = forms.bids(rows)
    only = forms.read_offers(row for row in rows if _id(row) not in found.offers)
    both = [replace(offer, spot_price_hour=lowest.get(name)) for name, offer in found.offers.items()]
    return both + [
        replace(offer, price_hour=None, spot_price_hour=lowest[name])
        for name, offer in only.offers.items()
        if name in lowest
    ]


def _may_go_on(count: int) -> bool:
    return count >= OFFERS_MAX or count in SHORT_PAGES or (count > 0 and count % ROUND == 0)


def _id(row: Any) -> str | None:
    return str(row.get("id")) if isinstance(row, dict) else None


def _new_id(answer: Answer) -> str | None:
    """Out of errors too: their machines cost money."""
    made = answer.data.get("new_contract") if isinstance(answer.data, dict) else None
    return str(made) if made else None


def _said(answer: Answer) -> str:
    data = answer.data if isinstance(answer.data, dict) else {"msg": answer.text}
    return " ".join(str(data.get(key) or "") for key in ("error", "msg", "detail")).strip().lower()


def _refusal(answer: Answer) -> errors.ProviderError:
    """By its words first: a bad key is a 404 here."""
    said, status = _said(answer), answer.status
    if any(words in said for words in BAD_KEY) or (status in (401, 403) and "3586" not in said):
        return errors.BadCredentials("Vast does not accept the key, or it may not do this.", status=status)
    if status == 402 or NO_MONEY.search(said):
        return errors.NoFunds("The credit at Vast is used up.", status=status)
    if "no_such_ask" in said:
        return errors.OfferGone("This offer is not there any more.", status=status)
    if (status == 404 and isinstance(answer.data, dict)) or any(words in said for words in GONE):
        return errors.MachineGone("Vast has no such machine.", status=status)
    if answer.good or answer.data is None:
        return errors.Unavailable("Vast says that it did not work.", status=status)
    return errors.Invalid("Vast refuses the request.", status=status)


def _too_fast(answer: Answer) -> float | errors.ProviderError | None:
    """In four shapes, mostly without `Retry-After`; a used-up day is another thing than a missing pause."""
    if QUOTA in answer.text:
        return _SearchQuota(_until_midnight(answer.headers))
    threshold = THRESHOLD.search(answer.text)
    return PENALTY * float(threshold[1]) if threshold and "retry-after" not in answer.headers else None


def _until_midnight(headers: Mapping[str, str]) -> float:
    """By their clock; a full hour if they don't tell the time."""
    try:
        now = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError):
        return 3600.0
    reset = headers.get("x-ratelimit-reset", "")
    if reset.replace(".", "", 1).isdigit():
        seconds = float(reset) if float(reset) < 1e6 else float(reset) - now.timestamp()
        return max(1.0, min(seconds, 86400.0))
    midnight = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    return max(1.0, (midnight - now).total_seconds())


KIND = port.Kind(
    name="vast",
    title="Vast.ai",
    url="https://console.vast.ai",
    can=CAN,
    make=Vast,
    credentials=(port.CredentialField("api_key", "API key", hint="Needs misc, user, instance and billing rights."),),
    where="Vast.ai console, Account, API keys",
    site="https://vast.ai",
    sync_seconds=30,
    limits=LIMITS,
)
