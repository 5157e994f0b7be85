"""`dumont web` with one route more, which asks for a signed-in caller and nothing else; every other route does more."""

from fastapi import APIRouter

from dumont.accounts import guard
from dumont.main import processes
from dumont.main.commands import up
from dumont.main.contexts import contexts
from dumont.platform.contexts import Context
from dumont.platform.http.doors import Door

router = APIRouter(prefix="/bench", route_class=Door)


@router.get("/nothing")
async def bench_nothing(_work: guard.User) -> dict[str, str]:
    return {"status": "ok"}


def main() -> None:
    everything = (*contexts(), Context("bench", routers=(router,)))
    vars(processes)["contexts"] = lambda: everything
    up.web()


if __name__ == "__main__":
    main()
