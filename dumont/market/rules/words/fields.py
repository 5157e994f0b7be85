"""Fields with a comparison and a value: `num_gpus=1`, `reliability > 0.98`, `gpu_name in [RTX_4090, RTX_3090]`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from dumont.market.rules import places
from dumont.market.rules.query import SORTS
from dumont.market.rules.words.asked import Asked, number, refused

UNITS = re.compile(r"(?i)\s*(gb|gib|g|mbps|mbit/s|usd|\$|/h|/hr|/hour|h|cores?)$")
YES, NO = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})
ANY = frozenset({"any", "all", "none", "*"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A field with limits. Where there is only a lower one, `=` is that: whoever writes `ram=64` takes 128."""

    least: str
    most: str | None = None
    exact: str | None = None
    beyond: float = 0.0
    """What `>` adds and `<` takes away; without it they are `>=` and `<=`, which differ by nobody's notice."""
    kind: Literal["money", "count", "figure", "share", "score"] = "figure"


FIGURES: Mapping[str, Figure] = {
    "price": Figure("min_price", "max_price", kind="money"),
    "gpus": Figure("min_gpus", "max_gpus", "gpu_count", kind="count"),
    "vram": Figure("min_vram", "max_vram", beyond=0.5),
    "reliability": Figure("min_reliability", kind="share"),
    "score": Figure("min_score", kind="score"),
    "inet_down": Figure("min_inet_down"),
    "inet_up": Figure("min_inet_up"),
    "cpu": Figure("min_cpu_cores"),
    "ram": Figure("min_ram_gb"),
    "disk": Figure("min_disk_gb"),
    "cuda": Figure("cuda_min"),
}
TERMS = ("disk_gb", "snapshot_gb", "hours")
LISTS = {"gpu": "models", "provider": "providers", "region": "regions", "country": "countries"}
SWITCHES = ("verified", "spot", "available", "blacklisted")
ALIASES: Mapping[str, str] = {
    **{name: name for name in (*FIGURES, *TERMS, *LISTS, *SWITCHES, "sort")},
    **dict.fromkeys(("gpu_name", "model", "gpu_type", "gpu_model", "models", "name"), "gpu"),
    **dict.fromkeys(("cloud", "providers"), "provider"),
    **dict.fromkeys(("geolocation", "geo", "countries", "location"), "country"),
    **dict.fromkeys(("regions", "zone"), "region"),
    **dict.fromkeys(("num_gpus", "gpu_count", "count", "n_gpus", "ngpus"), "gpus"),
    **dict.fromkeys(("gpu_ram", "gpu_memory", "gpu_mem", "vram_gb"), "vram"),
    **dict.fromkeys(("dph", "dph_total", "price_hour", "cost", "usd"), "price"),
    **dict.fromkeys(("reliability2", "provider_reliability", "uptime"), "reliability"),
    **dict.fromkeys(("reliability_score", "min_score"), "score"),
    **dict.fromkeys(("down", "download", "inet_down_mbps"), "inet_down"),
    **dict.fromkeys(("up", "upload", "inet_up_mbps"), "inet_up"),
    **dict.fromkeys(("cpus", "cpu_cores", "cpu_cores_effective", "vcpu", "vcpus", "cores"), "cpu"),
    **dict.fromkeys(("cpu_ram", "memory", "ram_gb", "mem"), "ram"),
    **dict.fromkeys(("disk_space", "storage"), "disk"),
    **dict.fromkeys(("cuda_vers", "cuda_max", "cuda_max_good", "cuda_min"), "cuda"),
    **dict.fromkeys(("verification",), "verified"),
    **dict.fromkeys(("interruptible", "bid"), "spot"),
    **dict.fromkeys(("rentable", "available_only"), "available"),
    **dict.fromkeys(("include_blacklisted",), "blacklisted"),
    **dict.fromkeys(("order", "order_by", "sort_by"), "sort"),
    **{limit: name for name, figure in FIGURES.items() for limit in (figure.least, figure.most) if limit},
}
OPERATORS = {
    **{"=": "=", "==": "=", ":": "=", "eq": "=", "in": "=", "<": "<", "lt": "<", "<=": "<=", "=<": "<=", "lte": "<="},
    **{"≤": "<=", "≥": ">=", ">": ">", "gt": ">", ">=": ">=", "=>": ">=", "gte": ">="},
}


def put(asked: Asked, name: str, operator: str, values: Sequence[str], said: str) -> None:
    """A field by any of its names."""
    field = ALIASES.get(name.lower())
    if field is None:
        near = get_close_matches(name.lower(), ALIASES, 1)
        known = "Fields are " + ", ".join((*LISTS, *FIGURES, *SWITCHES, *TERMS, "sort")) + "."
        raise refused(said, "asks for a field that there is none of", f"Do you mean `{near[0]}`?" if near else known)
    comparison = OPERATORS.get(operator.lower())
    if comparison is None:
        raise refused(said, f"compares with `{operator}`", "Write =, <, <=, > or >=.")
    if field in LISTS:
        _put_list(asked, field, comparison, values, said)
    elif len(values) != 1 or not values[0]:
        raise refused(said, "needs one value")
    elif field in FIGURES:
        put_figure(asked, field, _meant(name.lower(), comparison), values[0], said)
    elif comparison != "=":
        raise refused(said, f"compares what can only be given: write {field}=")
    else:
        _put_given(asked, field, values[0], said)


def put_figure(asked: Asked, field: str, comparison: str, text: str, said: str) -> None:
    figure = FIGURES[field]
    value = _figure(figure, comparison, text, said)
    if comparison == "=" and figure.exact:
        asked.put(figure.exact, value, said)
        return
    if comparison in {">", ">="} or comparison == "=":
        asked.put(figure.least, value, said)
    if comparison in {"<", "<="} or (comparison == "=" and figure.most):
        if figure.most is None:
            raise refused(said, f"asks for little of {field}: only at least so much can be asked for")
        asked.put(figure.most, value, said)


def _meant(name: str, comparison: str) -> str:
    """`max_price=2` is a limit by its name."""
    if comparison == "=" and name.startswith(("min_", "max_")):
        return ">=" if name.startswith("min_") else "<="
    return comparison


def _figure(figure: Figure, comparison: str, text: str, said: str) -> object:
    bare = UNITS.sub("", UNITS.sub("", text.strip().removeprefix("$")))
    percent = bare.endswith("%")
    value = number(bare.removesuffix("%"), said)
    if percent and figure.kind not in {"share", "score"}:
        raise refused(said, "is a share of nothing")
    match figure.kind:
        case "money":
            return value
        case "count":
            return _count(int(value), comparison, whole=value == int(value), said=said)
        case "share":
            return float(value / 100 if percent or value > 1 else value)
    return max(0.0, float(value) + figure.beyond * _BEYOND.get(comparison, 0))


_BEYOND = {"<": -1, ">": 1}


def _count(value: int, comparison: str, *, whole: bool, said: str) -> int:
    if not whole:
        raise refused(said, "needs a whole number")
    if comparison == "<" and value == 0:
        raise refused(said, "asks for less than none")
    return value + _BEYOND.get(comparison, 0)


def _put_list(asked: Asked, field: str, comparison: str, values: Sequence[str], said: str) -> None:
    if comparison != "=":
        raise refused(said, f"compares what can only be given: write {field}=")
    if field == "gpu":
        asked.add("models", ())
        for value in values:
            asked.model(value.replace("_", " ").strip())
    elif field == "country":
        codes = [value.upper() for value in values if places.is_country(value)]
        if codes or not values:
            asked.add("countries", codes)
        for value in values:
            _put_country(asked, value, said)
    else:
        asked.add(LISTS[field], (value.lower() if field == "provider" else value for value in values))


def _put_country(asked: Asked, value: str, said: str) -> None:
    if not places.countries(value):
        raise refused(said, f"names a place that is not known: {value}", "Write two letters, such as DE or US.")
    if not places.is_country(value):
        asked.place(value)


def _put_given(asked: Asked, field: str, text: str, said: str) -> None:
    if field in TERMS:
        asked.put(field, float(number(UNITS.sub("", text), said)), said)
    elif field == "sort":
        if text.removeprefix("-") not in SORTS:
            raise refused(said, "is no order", f"Orders are {', '.join(SORTS)}, with - in front for descending.")
        asked.put("sort", text.removeprefix("-"), said)
        asked.put("descending", text.startswith("-"), said)
    else:
        _put_switch(asked, field, text.lower(), said)


def _put_switch(asked: Asked, field: str, text: str, said: str) -> None:
    if text not in YES | NO | ANY and text not in {"verified", "unverified", "shown"}:
        raise refused(said, "is neither true nor false")
    on = text in YES or text in {"verified", "shown"}
    if field == "available":
        asked.put("available_only", on, said)
    elif field == "blacklisted":
        asked.put("include_blacklisted", on or text in ANY, said)
    elif text not in ANY:
        asked.put(field, on, said)
