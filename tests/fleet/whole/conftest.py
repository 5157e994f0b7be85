"""One server for all of these tests, which come one after the other: each takes what a computer has."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import DatabaseMaker
from tests.fleet.whole.house import MISSING, House, keeping

Note = Callable[[str, dict[str, float]], None]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("whole"))
            if MISSING:
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def house(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with keeping(tmp_path_factory.mktemp("whole"), make_database()) as house:
        yield house


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Seconds of stages, for the end of the report."""

    def write(what: str, stages: dict[str, float]) -> None:
        told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items())
        record_property("figures", f"{what}: {told}")

    return write
