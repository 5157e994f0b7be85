"""Who is best in each row of a comparison: the lowest or the highest figure, shared by all that have it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

Offer = Mapping[str, Any]
Better = Literal["lower", "higher", "none"]


class Line(NamedTuple):
    field: str
    title: str
    unit: str
    better: Better


LINES = (
    Line("available", "Available now", "", "higher"),
    Line("dph_total", "Price with disk", "$/h", "lower"),
    Line("spot_dph_total", "Spot price with disk", "$/h", "lower"),
    Line("effective_price_hour", "Effective price", "$/h", "lower"),
    Line("g_score", "G-score", "", "higher"),
    Line("reliability_score", "Reliability score", "", "higher"),
    Line("success_rate", "Success rate", "%", "higher"),
    Line("total_attempts", "Attempts known", "", "none"),
    Line("provider_reliability", "Reliability claimed", "", "higher"),
    Line("verified", "Verified by the cloud", "", "higher"),
    Line("gpu_name", "GPU", "", "none"),
    Line("gpu_count", "GPUs", "", "none"),
    Line("vram_gb", "Memory of one GPU", "GB", "higher"),
    Line("tflops", "Compute, fp16", "TFLOPS", "higher"),
    Line("tflops_per_dollar", "Compute for a dollar", "TFLOPS h/$", "higher"),
    Line("cuda_max", "CUDA up to", "", "higher"),
    Line("cpu_cores", "CPU cores", "", "higher"),
    Line("ram_gb", "Memory", "GB", "higher"),
    Line("disk_gb", "Disk", "GB", "higher"),
    Line("inet_down_mbps", "Download", "Mbit/s", "higher"),
    Line("inet_up_mbps", "Upload", "Mbit/s", "higher"),
    Line("storage_price_gb_month", "Disk price", "$/GB month", "lower"),
    Line("egress_price_gb", "Outgoing traffic", "$/GB", "lower"),
    Line("region", "Region", "", "none"),
    Line("country", "Country", "", "none"),
)


def rows(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Those that any of the offers tells something of."""
    lines = [(line, [offer[line.field] for offer in offers]) for line in LINES]
    return [
        {**line._asdict(), "values": values, "winners": best(values, line.better)}
        for line, values in lines
        if any(value is not None for value in values)
    ]


def best(values: Sequence[Any], better: Better) -> list[int]:
    """The places of the best. What is not told never wins."""
    if better == "none":
        return []
    told = {place: Decimal(str(_number(value))) for place, value in enumerate(values) if value is not None}
    if not told:
        return []
    top = min(told.values()) if better == "lower" else max(told.values())
    return [place for place, value in told.items() if value == top]


def winner(offers: Sequence[Offer]) -> int | None:
    """By the G-score, which weighs all; by the effective price between equals; None where both are equal."""
    places = best([offer["g_score"] for offer in offers], "higher")
    if len(places) > 1:
        cheapest = best([offers[place]["effective_price_hour"] for place in places], "lower")
        places = [places[at] for at in cheapest]
    return places[0] if len(places) == 1 else None


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
