"""What Akash has on offer: its list of prices, by model of GPU, times its list of providers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dumont.basics.gpu import canonical, named
from dumont.providers import port
from dumont.providers.adapters.akash_forms import CPU_CORES, RAM_GB, decimal


@dataclass
class Found:
    offers: dict[str, port.Listed] = field(default_factory=dict)
    slices: set[str] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    unpriced: set[str] = field(default_factory=set)
    unread: list[tuple[str, Any]] = field(default_factory=list)
    """What did not parse: what it should have been, and the thing."""


@dataclass(frozen=True, slots=True)
class _Price:
    hour: Decimal | None
    free: bool


def offers(models: Sequence[Any], providers: Sequence[Any]) -> Found:
    found = Found()
    prices = dict(_prices(models, found))
    for provider in providers:
        try:
            if provider["isOnline"]:
                for key in dict.fromkeys(_key(model) for model in provider["gpuModels"]):
                    _list(provider, key, prices.get(key), found)
        except (KeyError, TypeError, ValueError, AttributeError):
            found.unread.append(("provider", provider))
    return found


def _prices(models: Sequence[Any], found: Found) -> Iterable[tuple[tuple[str, ...], _Price]]:
    for model in models:
        try:
            free = model["availability"]["available"] > 0
            price = model["price"]
            yield _key(model), _Price(decimal(price["med"]) if price else None, free)
        except (KeyError, TypeError, AttributeError):
            found.unread.append(("GPU price", model))


def _key(model: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Interfaces are written `SXM5`, `sxm` and `PCIe`; the market knows `sxm` and `pcie`."""
    interface = str(model["interface"]).lower()
    short = "sxm" if interface.startswith("sxm") else interface
    return str(model["vendor"]).lower(), str(model["model"]).lower(), str(model["ram"]), short


def _list(provider: Mapping[str, Any], key: tuple[str, str, str, str], price: _Price | None, found: Found) -> None:
    _, model, ram, interface = key
    memory = float(ram.removesuffix("Gi"))
    gpu = canonical(f"{model} {interface}", memory) or canonical(model, memory, interface=interface)
    name = "/".join(key)
    if gpu is None:
        less = [known for known in named(model) if known.memory_gb > memory * 1.08]
        (found.slices if less and len(less) == len(named(model)) else found.unnamed).add(name)
    elif price is None or price.hour is None:
        found.unpriced.add(name)
    else:
        offer_id = f"{name}@{provider['owner']}"
        found.offers[offer_id] = port.Listed(
            provider_offer_id=offer_id,
            machine_id=str(provider["owner"]),
            host_id=str(provider["owner"]),
            gpu_name=gpu.name,
            gpu_count=1,
            vram_gb=gpu.memory_gb,
            cpu_cores=CPU_CORES,
            ram_gb=RAM_GB,
            inet_down_mbps=_speed(provider.get("networkSpeedDown")),
            inet_up_mbps=_speed(provider.get("networkSpeedUp")),
            region=provider.get("locationRegion") or provider.get("ipRegion"),
            country=_country(provider),
            price_hour=price.hour,
            storage_price_gb_month=Decimal(0),
            egress_price_gb=Decimal(0),
            provider_reliability=_uptime(provider),
            verified=bool(provider["isAudited"]),
            available=price.free,
        )


def _speed(told: Any) -> float | None:
    """Zero means that the provider has not said."""
    return float(told) if isinstance(told, int | float) and told > 0 else None


def _country(provider: Mapping[str, Any]) -> str | None:
    code = str(provider.get("ipCountryCode") or provider.get("country") or "").upper()
    return code if len(code) == 2 and code.isalpha() else None


def _uptime(provider: Mapping[str, Any]) -> float | None:
    told = (provider.get(name) for name in ("uptime30d", "uptime7d", "uptime1d"))
    return next((float(share) for share in told if isinstance(share, int | float) and 0 <= share <= 1), None)
