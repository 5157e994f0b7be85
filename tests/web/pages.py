"""All pages of the application, as addresses with the title that each must have; the router is the measure."""

import re
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "web" / "src"
ROUTE = re.compile(r'<Route path="([^"]+)"')
PLACE = re.compile(r'path: "(/[^"]*)"')
PLANNED = re.compile(r'key: "([^"]+)",\s*title: "[^"]+",\s*path: "([^"]+)",\s*icon: \w+,(?!\s*ready)')


@dataclass(frozen=True)
class Place:
    """A page: its route, an address that shows it, its title, and whether one must be signed in."""

    route: str
    title: str | re.Pattern[str]
    address: str = ""
    stranger: bool = False

    def at(self, ids: dict[str, str]) -> str:
        return (self.address or self.route).format(**ids)

    def __str__(self) -> str:
        return self.address or self.route


PLACES = (
    Place("/sign-in", "Sign in", stranger=True),
    Place("/sign-up", "Create an account", stranger=True),
    Place("/forgot-password", "Reset your password", stranger=True),
    Place("/reset-password", "Choose a new password", stranger=True),
    Place("/reset-password", "Choose a new password", "/reset-password#token=abc", stranger=True),
    Place("/", re.compile("^Good ")),
    Place("/profile", "Profile"),
    Place("/api-keys", "API keys"),
    Place("/webhooks", "Webhooks"),
    Place("/teams", "Teams"),
    Place("/teams/:teamId", "Protein folding", "/teams/{team}"),
    Place("/provider-keys", "Provider keys"),
    Place("/security", "Security"),
    Place("/admin/users", "Users"),
    Place("/admin/audit", "Audit log"),
    Place("/admin/settings", "Settings"),
    Place("/jobs/:jobId?", "Jobs", "/jobs"),
    Place("/jobs/:jobId?", "Jobs", "/jobs?view=schedules"),
    Place("/admin/workers", "Workers"),
    Place("/design", "Style"),
    Place("/market", "Market"),
    Place("/market", "Market", "/market?model=RTX+4090&sort=-g_score&min_score=70"),
    Place("/market", "Market", "/market?q=no+such+gpu+9999", stranger=True),
    Place("/market/:offerId", re.compile("^[0-9]+× "), "/market/{offer}"),
    Place("/compare", "Compare"),
    Place("/compare", "Compare", "/compare?id={offer}&id={other}"),
    Place("/arbitrage", "Arbitrage", "/arbitrage?min_spread=0"),
    Place("/arbitrage", "Arbitrage", "/arbitrage?view=savings"),
    Place("/arbitrage", "Arbitrage", "/arbitrage?view=providers"),
    Place("/arbitrage", "Arbitrage", "/arbitrage?view=deals"),
    Place("/admin/providers", "Providers"),
    Place("/machines", "History"),
    Place("/machines", "History", "/machines?view=summary"),
    Place("/machines/:provider/:machineId", re.compile("."), "/machines/{machine}"),
    Place("/blacklist", "Blacklist"),
    Place("/blacklist", "Blacklist", "/blacklist?view=before", stranger=True),
    Place("/snapshots", "Snapshots"),
    Place("/snapshots", "Snapshots", "/snapshots?state=failed"),
    Place("/snapshots/:snapshotId", "box", "/snapshots/{snapshot}?path=src"),
    Place("/snapshots/diff", "Compare snapshots", "/snapshots/diff?from={earlier}&to={snapshot}"),
    Place("/snapshots/retention", "Retention"),
    Place("/deploy", "Deploy"),
    Place("/deploy", "Deploy", "/deploy?model=RTX+4090&step=machines"),
    Place("/deploy", "Deploy", "/deploy?model=RTX+4090&step=cost"),
    Place("/instances", "Instances"),
    Place("/instances/:instanceId", re.compile("^nightly-evaluation"), "/instances/{running}"),
    Place("/instances/:instanceId", "racer", "/instances/{racing}"),
    Place("/rentals", "Rentals"),
    Place("/savings", "Savings", "/savings?explain=true"),
    Place("/standby", "Standby"),
    Place("/:area", "Reservations", "/reservations"),
    Place("*", "Not found", "/no/such/page"),
)


def routes() -> set[str]:
    """What the application's router knows."""
    return set(ROUTE.findall((SOURCES / "app" / "router.tsx").read_text()))


def navigation() -> list[str]:
    """The addresses of all areas, built or not."""
    return PLACE.findall((SOURCES / "app" / "navigation.ts").read_text())


def planned() -> list[str]:
    """The areas that are not built yet."""
    return [path for _, path in PLANNED.findall((SOURCES / "app" / "navigation.ts").read_text())]
