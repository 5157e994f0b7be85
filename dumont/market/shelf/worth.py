"""What is worked out for every offer: effective price, G-score, its place on the front, and what it is sorted by.

All that is sorted by is whole numbers of a fixed step, so that equal offers are equal in every process; -1 is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.basics.gpu import Gpu, gpus
from dumont.market.rules import effective_price, gscore, pareto
from dumont.market.rules.effective_price import Facts, Terms
from dumont.market.shelf.columns import NEVER, NO_PRICE, Columns
from dumont.market.shelf.experience import Experience

Array = npt.NDArray[Any]
NONE = -1
STEPS = {"g_score": 100, "reliability": pareto.STEPS, "vram": 100, "tflops_per_dollar": 1000}
"""Of one unit, for what is not money; money has a million."""


@dataclass(frozen=True, slots=True)
class Worth:
    tflops: Array
    """Of all GPUs of the offer; 0 where the GPU is not known."""
    effective: Array
    spot_effective: Array
    standing: Array
    """0 to 1: our own score's lower bound, or what the claim is worth."""
    reliability: Array
    """0 to 1: our own score, else the cloud's claim as it is; NaN where there is neither."""
    score: Array
    """0 to 100: our own; NaN where there is none."""
    status: Array
    """By our own attempts, as a number of `experience.STATUSES`."""
    blocked_until: Array
    """The moment from which an entry of the blacklist no longer counts."""
    blocks: bool
    """Whether there is an entry at all."""
    price_rank: Array
    g_score: Array
    pareto: Array

    @property
    def bytes(self) -> int:
        return sum(np.asarray(getattr(self, name)).nbytes for name in self.__slots__)


def worth(
    columns: Columns, providers: Sequence[str | None], names: Sequence[str | None], known: Experience, at: int
) -> Worth:
    """`providers` and `names` of GPUs, by their numbers; `known` reaches to the last machine. Entries of the blacklist
    that have ended by the moment `at` keep nothing out of ranks."""
    listed = columns.available & (columns.gone_at == NEVER)
    tflops = (_by_gpu(names, "fp16_tflops")[columns.gpu_name] * columns.gpu_count).astype(np.float32)
    facts = _facts(columns, known)
    on_demand = _total(facts, _dollars(columns.price_micros), spot=False)
    spot = _total(facts, _dollars(columns.spot_price_micros), spot=True)
    standing = _standing(columns, known, providers, listed)
    blocked_until = known.blocked_until[columns.machine]
    best = np.where(on_demand == NONE, spot, on_demand)
    wanted = listed & (blocked_until <= at)
    rank, score = _scores(columns, names, (tflops, best, standing), wanted)
    own = known.figure("reliability_score")[columns.machine]
    return Worth(
        tflops=tflops,
        effective=on_demand,
        spot_effective=spot,
        standing=standing,
        reliability=np.where(np.isnan(own), columns.provider_reliability, own / np.float32(100)),
        score=own,
        status=known.status[columns.machine],
        blocked_until=blocked_until,
        blocks=bool((blocked_until != NEVER).any()),
        price_rank=rank,
        g_score=_stepped(score, STEPS["g_score"]).astype(np.int32),
        pareto=_front(best, tflops, standing, wanted),
    )


def effective_parts(columns: Columns, known: Experience, terms: Terms, *, spot: bool) -> effective_price.Parts:
    """Of these rows, for other terms than the usual."""
    prices = columns.spot_price_micros if spot else columns.price_micros
    facts = _facts(columns, known)
    return effective_price.parts(_priced(facts, _dollars(prices)), terms, spot=spot)


def effective_total(columns: Columns, known: Experience, terms: Terms, *, spot: bool) -> Array:
    made = effective_parts(columns, known, terms, spot=spot)
    return np.where(made.known, made.total, NONE)


def g_parts(columns: Columns, made: Worth, rows: Array, names: Sequence[str | None]) -> gscore.Parts:
    """Of some rows."""
    return _g_parts(columns.at(rows), names, made.tflops[rows], made.price_rank[rows], made.standing[rows])


def sort_numbers(columns: Columns, made: Worth, name: str, *, spot: bool) -> Array:
    match name:
        case "price":
            return columns.spot_price_micros if spot else columns.price_micros
        case "effective_price":
            return made.spot_effective if spot else made.effective
        case "g_score":
            return made.g_score
        case "reliability":
            return _stepped(made.standing, STEPS["reliability"])
        case "vram":
            return np.where(columns.gpu_count > 0, _stepped(columns.vram_gb, STEPS["vram"]), NONE)
    return _stepped(tflops_per_dollar(columns, made.tflops, spot=spot), STEPS["tflops_per_dollar"])


def tflops_per_dollar(columns: Columns, tflops: Array, *, spot: bool) -> Array:
    """NaN where the GPU is not known, or there is no such price, or it costs nothing."""
    price = columns.spot_price_micros if spot else columns.price_micros
    told = (price > 0) & (tflops > 0)
    return np.where(told, tflops.astype(np.float64) / np.where(told, price, 1) * 1e6, np.nan)


def _scores(columns: Columns, names: Sequence[str | None], of: tuple[Array, Array, Array], standing: Array) -> Any:
    tflops, effective, reliability = of
    told = (tflops > 0) & (effective != NONE)
    price = np.where(told, effective / np.where(told, tflops, 1), np.nan)
    rank = np.round(gscore.price_rank(price, standing), 2).astype(np.float32)
    return rank, _g_parts(columns, names, tflops, rank, reliability).score


def _g_parts(
    columns: Columns, names: Sequence[str | None], tflops: Array, rank: Array, standing: Array
) -> gscore.Parts:
    bandwidth = _by_gpu(names, "bandwidth_gbs")[columns.gpu_name]
    return gscore.Parts(
        performance=gscore.performance(tflops.astype(np.float64)),
        memory=gscore.memory(columns.vram_gb.astype(np.float64), bandwidth),
        price=rank.astype(np.float64).round(2),
        reliability=(100 * standing.astype(np.float64)).round(2),
    )


def _front(effective: Array, tflops: Array, standing: Array, listed: Array) -> Array:
    on_front = np.zeros(len(tflops), np.bool_)
    rows = np.flatnonzero(listed & (tflops > 0) & (effective != NONE))
    on_front[rows] = pareto.front(effective[rows], tflops[rows], _stepped(standing[rows], pareto.STEPS))
    return on_front


def _standing(columns: Columns, known: Experience, providers: Sequence[str | None], listed: Array) -> Array:
    claims = columns.provider_reliability.astype(np.float64)
    means = np.array([gscore.mean_claim(claims[listed & (columns.provider == at)]) for at in range(len(providers))])
    claimed = gscore.claimed(claims, means[columns.provider])
    low, score = (known.figure(name)[columns.machine] for name in ("score_low", "reliability_score"))
    own = np.where(np.isnan(low), score, low).astype(np.float64)
    return np.round(np.where(np.isnan(own), claimed, own / 100), 4).astype(np.float32)


def _facts(columns: Columns, known: Experience) -> Facts:
    def experienced(name: str) -> Array:
        return known.figure(name)[columns.machine].astype(np.float64)

    return Facts(
        price_hour=np.empty(0),
        storage_price_gb_month=_dollars(columns.storage_price_micros),
        egress_price_gb=_dollars(columns.egress_price_micros),
        inet_down_mbps=columns.inet_down_mbps.astype(np.float64),
        claim=columns.provider_reliability.astype(np.float64),
        boot_seconds=experienced("boot_seconds"),
        failure_rate=experienced("failure_rate"),
        interruption_rate_hour=experienced("interruption_rate_hour"),
    )


def _priced(facts: Facts, price: Array) -> Facts:
    return replace(facts, price_hour=price)


def _total(facts: Facts, price: Array, *, spot: bool) -> Array:
    made = effective_price.parts(_priced(facts, price), Terms(), spot=spot)
    return np.where(made.known, made.total, NONE)


def _by_gpu(names: Sequence[str | None], fact: str) -> Array:
    def of(gpu: Gpu | None) -> float:
        return getattr(gpu, fact) if gpu else 0.0

    return np.array([of(gpus().get(name or "")) for name in names])


def _dollars(micros: Array) -> Array:
    return np.where(micros == NO_PRICE, np.nan, micros / 1e6)


def _stepped(values: Array, step: int) -> Array:
    return np.where(np.isnan(values), NONE, np.rint(np.nan_to_num(values.astype(np.float64)) * step)).astype(np.int64)
