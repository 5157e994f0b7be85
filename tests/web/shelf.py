"""A market that never changes, for pictures: the same forty offers in one order, with machines of every kind."""

import json
from typing import Any

from playwright.sync_api import Page, Route

TWO_HOURS = 7200
GPUS = (
    ("RTX 3060 12GB", 12, 13.0),
    ("RTX 4090", 24, 165.0),
    ("A100 80GB SXM", 80, 312.0),
    ("RTX PRO 6000 Max-Q", 96, 440.0),
    ("RTX 4060 Ti 16GB", 16, 44.0),
    ("H100 SXM", 80, 989.0),
    ("GTX 1080 Ti", 11, 11.0),
    ("RTX 4070 Ti SUPER", 16, 88.0),
)
PLACES = (("US", "Texas, US"), ("JP", "ap-northeast-1"), ("SE", "Sweden, SE"), ("SG", "ap-southeast-1"), (None, None))
PASTS: tuple[tuple[str, float | None], ...] = (
    *(("excellent", 100.0), ("unknown", None), ("good", 84.0), ("unknown", None)),
    *(("fair", 66.0), ("unknown", None), ("poor", 41.0)),
)
PROVIDERS = ("vast", "lambda", "aws", "gcp", "runpod")


def keep(page: Page) -> None:
    """Whatever is searched for, these offers are found."""
    body = json.dumps(answer())
    page.route("**/gpus/search*", lambda route: _tell(route, body))


def answer() -> dict[str, Any]:
    none = {"blacklisted": 3, "unavailable": 0, "below_threshold": 9}
    ages = [
        {"name": name, "offers": 8, "age_seconds": TWO_HOURS, "stale": name == "runpod", "error": None}
        for name in PROVIDERS
    ]
    return {
        "items": [_offer(number) for number in range(40)],
        "total": 40,
        "next_cursor": None,
        "sort": "price",
        "hidden": none,
        "providers": ages,
        "models_suggested": [],
        "understood": {},
        "reliability": {"available": True, "note": None},
    }


def _tell(route: Route, body: str) -> None:
    route.fulfill(body=body, content_type="application/json")


def _offer(number: int) -> dict[str, Any]:
    gpu, memory, tflops = GPUS[number % len(GPUS)]
    country, region = PLACES[number % len(PLACES)]
    status, score = PASTS[number % len(PASTS)]
    provider = PROVIDERS[number % len(PROVIDERS)]
    count = (1, 2, 8)[number % 3]
    price = 0.00384 * 1.22**number
    rate = None if status == "unknown" else score
    return {
        **_identity(number, provider),
        **{"gpu_name": gpu, "gpu_count": count, "vram_gb": memory, "country": country, "region": region},
        **{"cpu_cores": 16 * count, "ram_gb": 64 * count, "disk_gb": 100 + number * 97, "cuda_max": 12.8},
        **{"inet_down_mbps": 90.8 * (1 + number), "inet_up_mbps": 310, "driver": None, "verified": number % 2 == 0},
        **{"price_hour": f"{price:.6f}", "dph_total": f"{price + 0.01:.6f}", "spot_dph_total": None},
        "spot_price_hour": f"{price / 2:.6f}" if number % 3 else None,
        **{"storage_price_gb_month": "0.1", "egress_price_gb": None, "provider_reliability": None},
        **{"effective_price_hour": f"{price * 1.17:.6f}", "effective_parts": None},
        **{"g_score": float(12 + number * 7 % 80), "g_parts": None},
        **{"tflops": tflops * count, "tflops_per_dollar": tflops * count / price, "pareto": number % 6 == 1},
        **{"reliability_status": status, "reliability_score": score, "success_rate": rate},
        **{"total_attempts": 0 if rate is None else 12, "is_blacklisted": False, "blacklist_reason": None},
    }


def _identity(number: int, provider: str) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "provider": provider,
        "provider_offer_id": str(number),
        "machine_id": str(1000 + number),
        "host_id": None,
        "available": True,
        "first_seen": "2026-07-01T10:00:00Z",
        "last_seen": "2026-07-01T12:00:00Z",
        "age_seconds": TWO_HOURS,
        "stale": provider == "runpod",
    }
