"""Writes what one reading of a cloud has come to, in one short transaction that only the holder of the claim makes."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from dumont.basics.errors import Conflict
from dumont.market import hours
from dumont.market.diff import Difference
from dumont.market.events import OffersChanged, ProviderFailed, ProviderFrozen, ProviderRecovered
from dumont.market.means import Means
from dumont.market.report import Report
from dumont.market.rules import answers, pauses
from dumont.market.rules.answers import Verdict, Witness
from dumont.market.store import claims, writing
from dumont.market.store.claims import Claim, Failed, Held, Success
from dumont.market.store.writing import Stamp
from dumont.platform.db import Tx
from dumont.platform.events import Event
from dumont.providers.errors import BadCredentials
from dumont.providers.freezing import Freeze
from dumont.providers.port import Catalogue, Kind


@dataclass(frozen=True, slots=True)
class Answer:
    catalogue: Catalogue
    difference: Difference
    witness: Witness = "silent"


@dataclass(frozen=True, slots=True)
class Trouble:
    """No answer, or none that is of use."""

    code: str
    message: str
    retry_seconds: float = 0


class ClaimLost(Conflict):
    """Somebody else reads this cloud by now: what we have found is thrown away."""

    code = "claim_lost"


@dataclass(frozen=True, slots=True)
class _Writing:
    """The transaction of one end of a sync."""

    means: Means
    kind: Kind
    claim: Claim
    tx: Tx
    now: datetime
    held: Held

    async def publish(self, event: Event) -> None:
        await self.means.publisher.publish(self.tx, event, self.now)

    def next_at(self, failures: int = 0, retry_seconds: float = 0) -> datetime:
        wait = interval = self.means.interval(self.kind)
        if failures:
            chance = self.means.random.random()
            wait = pauses.after_failure(interval, failures, chance=chance, retry_seconds=retry_seconds)
        return self.now + timedelta(seconds=wait)


@dataclass(slots=True)
class _Written:
    added: int = 0
    updated: int = 0
    gone: int = 0
    missed: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.added or self.updated or self.gone or self.missed)


async def apply(means: Means, kind: Kind, claim: Claim, answer: Answer, *, known: int, began: float) -> Report:
    found, freeze = answer.difference, await means.freezes.of(kind.name)
    async with _writing(means, kind, claim) as end:
        verdict = answers.judge(
            known=known,
            found=found.fetched,
            missing=len(found.missing),
            complete=answer.catalogue.complete,
            shrunken=end.held.shrunken,
            witness=answer.witness,
            alone=answers.looks_alone(means.settings.market_stale_seconds, means.interval(kind)),
        )
        await _tell_frozen(end, freeze)
        if verdict.says == "nothing":
            words = f"None of the {known} offers known was in the answer, which is no answer."
            return await _fail(end, Trouble("empty_answer", words), _report(kind, answer, began))
        return await _succeed(end, answer, verdict, known=known, began=began)


async def note_trouble(means: Means, kind: Kind, claim: Claim, trouble: Trouble, *, began: float) -> Report:
    freeze = await means.freezes.of(kind.name)
    async with _writing(means, kind, claim) as end:
        await _tell_frozen(end, freeze)
        return await _fail(end, trouble, Report(provider=kind.name, seconds=_since(began)))


@asynccontextmanager
async def _writing(means: Means, kind: Kind, claim: Claim) -> AsyncIterator[_Writing]:
    async with means.db.begin() as tx:
        held = await claims.hold(tx, claim)
        if held is None:
            raise ClaimLost(f"Somebody else reads {kind.title} by now.")
        yield _Writing(means, kind, claim, tx, means.clock.now(), held)


async def _succeed(end: _Writing, answer: Answer, verdict: Verdict, *, known: int, began: float) -> Report:
    stamp = Stamp(end.kind.name, end.held.revision + 1, end.now, end.held.seen_at)
    written = await _write(end, stamp, answer.difference, verdict)
    doubt = _doubt(answer, verdict, known)
    report = _report(end.kind, answer, began).model_copy(
        update={
            "added": written.added,
            "updated": written.updated,
            "gone": written.gone,
            "complete": verdict.says == "whole",
            "error_code": doubt[0] if doubt else None,
            "error": doubt[1] if doubt else None,
        }
    )
    revision = stamp.revision if written.anything else end.held.revision
    offers = known + written.added - written.gone
    success = Success(
        now=end.now,
        next_at=end.next_at(),
        revision=revision,
        whole=verdict.says == "whole",
        shrunken=verdict.shrunken,
        offers=offers,
        report=report.model_dump(),
        doubt=doubt,
    )
    await claims.succeed(end.tx, end.claim, success)
    await _tell(end, written, revision, offers)
    return report


async def _write(end: _Writing, stamp: Stamp, found: Difference, verdict: Verdict) -> _Written:
    written = _Written()
    written.added, written.updated = await writing.put(end.tx, stamp, found.changed)
    if verdict.says == "whole":
        written.gone = await writing.put_gone(end.tx, stamp, found.missing)
    else:
        written.missed = await writing.put_missed(end.tx, stamp, found.missed_now)
    hour = end.now.replace(minute=0, second=0, microsecond=0)
    if end.held.seen_at is None or end.held.seen_at < hour:
        await hours.write_now(end.tx, end.kind.name, hour)
    return written


async def _tell(end: _Writing, written: _Written, revision: int, offers: int) -> None:
    if written.anything:
        await end.publish(
            OffersChanged(
                provider=end.kind.name,
                revision=revision,
                added=written.added,
                updated=written.updated,
                gone=written.gone,
                offers=offers,
            )
        )
    if end.held.failures:
        await end.publish(ProviderRecovered(provider=end.kind.name))


async def _fail(end: _Writing, trouble: Trouble, report: Report) -> Report:
    """What is known stays as it is; its age tells the rest."""
    retry = max(trouble.retry_seconds, pauses.AFTER_REFUSAL_SECONDS if trouble.code == BadCredentials.code else 0)
    told = report.model_copy(update={"error_code": trouble.code, "error": trouble.message})
    failed = Failed(
        now=end.now,
        next_at=end.next_at(end.held.failures + 1, retry),
        code=trouble.code,
        message=trouble.message,
        report=told.model_dump(),
    )
    await claims.fail(end.tx, end.claim, failed)
    if not end.held.failures:
        await end.publish(ProviderFailed(provider=end.kind.name, code=trouble.code, message=trouble.message))
    return told


async def _tell_frozen(end: _Writing, freeze: Freeze | None) -> None:
    """Whatever opens an adapter also freezes a cloud that answers strangely; it was this reading, or one before it."""
    if freeze is not None and end.held.started_at is not None and freeze.since >= end.held.started_at:
        await end.publish(ProviderFrozen(provider=end.kind.name, reason=freeze.reason))


def _doubt(answer: Answer, verdict: Verdict, known: int) -> tuple[str, str] | None:
    if not answer.catalogue.complete:
        return "partial_answer", "; ".join(answer.catalogue.notes) or "A part of the list did not come."
    if verdict.says == "part":
        words = (
            f"{len(answer.difference.missing)} of {known} offers were not in the answer; {_WITNESSES[answer.witness]}."
        )
        return "shrunken_answer", words
    return None


_WITNESSES: Mapping[Witness, str] = {
    "there": "asked for by their ids, some of them are there",
    "gone": "asked for by their ids, they are not there either, and it is asked again",
    "silent": "it is asked again",
}


def _report(kind: Kind, answer: Answer, began: float) -> Report:
    catalogue, found = answer.catalogue, answer.difference
    notes: Sequence[str] = catalogue.notes
    if found.unfit:
        notes = [*notes, f"{found.skipped} offers can't be kept, the first for {found.unfit}"]
    return Report(
        provider=kind.name,
        fetched=found.fetched,
        skipped=catalogue.skipped + found.skipped,
        slices=catalogue.slices,
        unnamed=catalogue.unnamed,
        notes=list(notes),
        seconds=_since(began),
    )


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
