"""What machines cost on a marketplace, and how their prices move: the shape of the real market of 2025 and 2026.

Medians, spreads and shares were read off public offers and popularity tables; how often and how far prices move, off
a month of half-hourly prices at fourteen clouds. They are parameters: no one's list of offers is kept here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import TypeVar

T = TypeVar("T")

CHANGES_A_DAY = 1.08
"""2.6 % of prices had changed at the next look, 34 minutes later."""
STEP = 0.031
"""Median size of a change, in logarithms; one in eight is a jump."""
JUMP_SHARE, JUMP = 0.12, 0.16
PULL = 0.15
"""How much of its distance from the going rate a price gives up when it changes."""


@dataclass(frozen=True, slots=True)
class Rate:
    gpu: str
    share: float
    """Of all machines, in parts of a thousand or so; only ratios matter."""
    hour: float
    """Median dollars a GPU-hour on demand."""
    spread: float = 0.28
    """Standard deviation of the logarithm between machines."""
    spot: float = 0.52
    """Median lowest bid as a share of the price on demand."""


MARKETPLACE = (
    Rate("RTX 4090", 240, 0.36, 0.26, 0.52),
    Rate("RTX 5090", 240, 0.52, 0.38, 0.50),
    Rate("RTX 3090", 114, 0.19, 0.30, 0.42),
    Rate("RTX 3060 12GB", 61, 0.07, 0.30, 0.45),
    Rate("H200 SXM", 30, 2.75, 0.20, 0.88),
    Rate("H100 SXM", 26, 1.90, 0.17, 0.85),
    Rate("RTX 5060 Ti 16GB", 20, 0.107, 0.18, 0.30),
    Rate("A100 80GB SXM", 17, 0.99, 0.30, 0.67),
    Rate("A100 80GB PCIe", 9, 0.85, 0.28, 0.65),
    Rate("A100 40GB SXM", 5, 0.62, 0.30, 0.60),
    Rate("RTX A5000", 14, 0.21, 0.25, 0.50),
    Rate("RTX 4060 Ti 16GB", 14, 0.10, 0.22, 0.45),
    Rate("RTX 3070", 12, 0.07, 0.25, 0.45),
    Rate("RTX PRO 6000 WS", 11, 0.98, 0.22, 0.52),
    Rate("RTX PRO 6000 Server", 10, 1.25, 0.34, 0.58),
    Rate("RTX A4000", 11, 0.11, 0.25, 0.50),
    Rate("RTX 3080", 10, 0.11, 0.25, 0.45),
    Rate("RTX 2080 Ti", 10, 0.08, 0.30, 0.45),
    Rate("RTX 5070 Ti", 9, 0.22, 0.32, 0.42),
    Rate("V100 SXM2 16GB", 8, 0.09, 0.40, 0.44),
    Rate("RTX 4070", 8, 0.12, 0.22, 0.45),
    Rate("L40S", 7, 0.62, 0.22, 0.60),
    Rate("RTX 5080", 7, 0.26, 0.24, 0.36),
    Rate("RTX A6000", 12, 0.40, 0.20, 0.58),
    Rate("RTX 6000 Ada", 6, 0.66, 0.18, 0.40),
    Rate("RTX 4080", 5, 0.20, 0.20, 0.50),
    Rate("RTX 3080 Ti", 5, 0.12, 0.28, 0.50),
    Rate("RTX 4070 Ti SUPER", 4, 0.15, 0.20, 0.47),
    Rate("H100 NVL", 4, 1.75, 0.20, 0.70),
    Rate("H100 PCIe", 3, 1.75, 0.18, 0.80),
    Rate("H200 NVL", 3, 1.95, 0.12, 0.85),
    Rate("B200 SXM", 4, 3.45, 0.14, 0.77),
    Rate("RTX 3090 Ti", 3, 0.22, 0.25, 0.45),
    Rate("A40", 3, 0.33, 0.20, 0.55),
    Rate("L4", 3, 0.28, 0.18, 0.55),
    Rate("A10", 2, 0.22, 0.20, 0.55),
    Rate("RTX PRO 4500", 2, 0.28, 0.15, 0.33),
    Rate("Quadro RTX 8000", 2, 0.24, 0.25, 0.50),
    Rate("GTX 1080 Ti", 3, 0.05, 0.30, 0.50),
    Rate("MI300X", 1, 1.80, 0.12, 0.80),
)
GPUS_IN_A_MACHINE = {1: 46, 2: 22, 4: 18, 8: 14}
BIG = {"H100 SXM", "H200 SXM", "B200 SXM", "A100 80GB SXM", "A100 40GB SXM", "V100 SXM2 16GB", "MI300X"}
"""Boards that come by fours and eights."""
COUNTRIES = {
    "US": 34, "CA": 6, "DE": 5, "FR": 5, "NL": 3, "GB": 4, "SE": 3, "NO": 4, "FI": 2, "IS": 2, "PL": 3, "CZ": 2,
    "HU": 2, "EE": 2, "BG": 3, "RO": 1, "ES": 2, "PT": 1, "IT": 1, "UA": 1, "RU": 2, "IN": 2, "CN": 4, "HK": 1, "JP": 3,
    "KR": 3, "TW": 3, "VN": 3, "TH": 1, "SG": 1, "AU": 2, "BR": 1, "ZA": 1,
}  # fmt: skip


def chosen(random: Random, weights: dict[T, int]) -> T:
    return random.choices(list(weights), list(weights.values()))[0]


def price_of(rate: Rate, count: int, random: Random) -> float:
    """Of a whole machine: most hosts ask near the median, some far more, and few much less."""
    away = random.gauss(0, rate.spread)
    return rate.hour * count * exp(away if away > 0 else 0.8 * away)


def spot_share(rate: Rate, random: Random) -> float:
    return min(0.97, rate.spot * exp(random.gauss(0, 0.22)))


def moves(price: float, random: Random) -> Iterator[tuple[float, float]]:
    """Seconds until the next change, and the price from then on, without end: rare steps about a going rate."""
    away = 0.0
    while True:
        seconds = random.expovariate(CHANGES_A_DAY / 86400)
        size = JUMP if random.random() < JUMP_SHARE else STEP / log(2)
        away = (1 - PULL) * away + random.choice((-1, 1)) * random.expovariate(1 / size)
        yield seconds, price * exp(max(-0.7, min(0.7, away)))
