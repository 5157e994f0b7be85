"""`dumont web` over so many made-up offers instead of those in the database; the number is its argument."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bench import offers
from dumont.main import wiring
from dumont.main.commands import up
from dumont.market.following import Rows
from dumont.market.shelf.row import Row
from dumont.market.store.following import Head


class Seeded:
    """A source that never changes, and is always fresh."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_provider = {name: [row for row in rows if row.provider == name] for name in offers.PROVIDERS}

    async def heads(self) -> Sequence[Head]:
        now = datetime.now(UTC)
        return [Head(name, 0, 1, now, now, None, len(rows)) for name, rows in self._by_provider.items()]

    async def since(self, provider: str, revision: int) -> Rows:  # noqa: ARG002
        return []

    async def whole(self, provider: str) -> Rows:
        return self._by_provider[provider]


def main() -> None:
    seeded = Seeded(offers.rows(offers.listed(int(sys.argv[1]))))
    vars(wiring)["InDatabase"] = lambda _db: seeded
    up.web()


if __name__ == "__main__":
    main()
