"""Reading the clock or the environment, counting money in floats, and hiding from a check are caught."""

from collections.abc import Callable

import pytest

from tests.tidy import habits

Caught = Callable[..., list[str]]
TIMED = {
    "from datetime import datetime\nnow = datetime.now()\n": "datetime.datetime.now",
    "import datetime as dt\nnow = dt.datetime.utcnow()\n": "datetime.datetime.utcnow",
    "import datetime\nnow = datetime.datetime.today()\n": "datetime.datetime.today",
    "from datetime import date\ntoday = date.today()\n": "datetime.date.today",
    "import time\nnow = time.time()\n": "time.time",
    "import time\nread = time.time_ns\n": "time.time_ns",
    "from datetime import datetime as D\nclock = D.now\n": "datetime.datetime.now",
}


class TestWallClock:
    @pytest.mark.parametrize("source", TIMED)
    def test_is_not_read(self, caught: Caught, source: str) -> None:
        found = caught(habits.wall_clock, {"dumont/wallet/pay.py": source})

        assert found == [
            f"dumont/wallet/pay.py:2: wall-clock: `{TIMED[source]}` reads the wall clock: use `work.now`, or a Clock "
            "that was handed down (`time.monotonic` to measure how long something took)."
        ]

    def test_is_not_imported_by_its_own_name(self, caught: Caught) -> None:
        source = "from time import time\n\n\ndef pay():\n    return time()\n"

        found = caught(habits.wall_clock, {"dumont/wallet/pay.py": source})

        assert [line.split(": ")[0] for line in found] == ["dumont/wallet/pay.py:1", "dumont/wallet/pay.py:5"]

    def test_is_read_in_one_file(self, caught: Caught) -> None:
        source = "from datetime import datetime\nnow = datetime.now()\n"

        assert caught(habits.wall_clock, {"dumont/platform/clock.py": source, "tests/test_a.py": source}) == []

    def test_leaves_durations_and_the_loop(self, caught: Caught) -> None:
        source = "import time, asyncio\nstart = time.monotonic()\nx = asyncio.get_running_loop().time()\n"

        assert caught(habits.wall_clock, {"dumont/wallet/pay.py": source}) == []

    def test_wants_a_reason_beside_an_exception(self, caught: Caught) -> None:
        good = "import time\nnow = time.time()  # noqa: TID251 - compared with the library's own clock\n"
        bad = "import time\nnow = time.time()  # noqa: TID251\n"

        found = caught(habits.wall_clock, {"dumont/wallet/good.py": good, "dumont/wallet/bad.py": bad})

        assert [line.split(": ")[0] for line in found] == ["dumont/wallet/bad.py:2"]


class TestEnvironment:
    @pytest.mark.parametrize(
        "source",
        ["import os\nx = os.environ['A']\n", "import os\nx = os.getenv('A')\n", "import os as o\nx = o.environ\n"],
    )
    def test_is_not_read(self, caught: Caught, source: str) -> None:
        (found,) = caught(habits.environment, {"dumont/wallet/pay.py": source})

        assert found.startswith("dumont/wallet/pay.py:2: environment: `os.")
        assert found.endswith("reads the environment: add a field to Settings and hand it down.")

    def test_is_not_imported(self, caught: Caught) -> None:
        assert len(caught(habits.environment, {"dumont/wallet/pay.py": "from os import environ\n"})) == 1

    def test_is_read_in_one_file(self, caught: Caught) -> None:
        assert caught(habits.environment, {"dumont/platform/settings.py": "import os\nx = os.environ\n"}) == []


class TestMoney:
    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("x = 1\ny = float(amount)\n", "amount"),
            ("x = 1\ny = float(entry.balance_usd)\n", "balance_usd"),
            ("x = 1\ny = float(row['price_hour'])\n", "price_hour"),
            ("x = 1\ndef pay(amount: float): ...\n", "amount"),
            ("class Entry:\n    cost: float\n", "cost"),
        ],
    )
    def test_is_not_a_float(self, caught: Caught, source: str, name: str) -> None:
        found = caught(habits.money_as_float, {"dumont/wallet/pay.py": source})

        assert found == [f"dumont/wallet/pay.py:2: money-as-float: `{name}` becomes a float: money is Decimal."]

    def test_leaves_other_numbers_and_other_folders(self, caught: Caught) -> None:
        files = {
            "dumont/wallet/pay.py": "y = float(seconds)\nz = float(repriced_share)\n",
            "dumont/forecasting/predict.py": "y = float(price)\n",
        }

        assert caught(habits.money_as_float, files) == []


class TestMockPatch:
    @pytest.mark.parametrize(
        "source",
        [
            "from unittest import mock\nwith mock.patch('a.b'): ...\n",
            "from unittest.mock import patch\nwith patch('a.b'): ...\n",
            "from unittest.mock import patch\nwith patch.object(a, 'b'): ...\n",
            "def test_a(mocker):\n    mocker.patch('a.b')\n",
        ],
    )
    def test_wants_a_reason(self, caught: Caught, source: str) -> None:
        assert caught(habits.mock_patch, {"tests/test_a.py": source}) == [
            "tests/test_a.py:2: mock-patch: `mock.patch` without its reason: use a fake from tests/fakes, "
            "or say beside it why not."
        ]

    def test_is_content_with_one_beside_or_above(self, caught: Caught) -> None:
        source = """
            from unittest import mock
            with mock.patch("a.b"):  # the library has no seam here
                pass
            # the library has no seam here
            with mock.patch("a.b"):
                pass
        """

        assert caught(habits.mock_patch, {"tests/test_a.py": source}) == []


class TestPrinting:
    def test_is_for_the_command_line(self, caught: Caught) -> None:
        sin = "x = 1\nprint(x)\n"
        free = ("dumont/__main__.py", "dumont/cli/wallet.py", "dumont/main/commands/up.py")
        files = {"dumont/wallet/pay.py": sin} | dict.fromkeys(free, sin)

        assert caught(habits.printing, files) == [
            "dumont/wallet/pay.py:2: printing: `print` outside the command line: use `structlog.get_logger()`."
        ]


class TestBareIgnores:
    @pytest.mark.parametrize(
        ("comment", "way_out"),
        [
            ("# type: ignore", "say which error: `# type: ignore[code]`."),
            ("# noqa", "say which rule: `# noqa: RULE - why`."),
            ("# NOQA because", "say which rule: `# noqa: RULE - why`."),
            ("# ruff: noqa", "say which rule: `# noqa: RULE - why`."),
            ("# mypy: ignore-errors", "a file is never left unchecked: mend it line by line."),
        ],
    )
    def test_are_caught(self, caught: Caught, comment: str, way_out: str) -> None:
        found = caught(habits.bare_ignores, {"dumont/wallet/pay.py": f"x = 1\ny = 2  {comment}\n"})

        assert found == [f"dumont/wallet/pay.py:2: bare-ignore: {way_out}"]

    def test_leaves_those_with_a_code_and_those_in_strings(self, caught: Caught) -> None:
        source = "a = 1  # type: ignore[misc]\nb = 2  # noqa: S108 - made 0700\nc = '# noqa'\n"

        assert caught(habits.bare_ignores, {"dumont/wallet/pay.py": source}) == []
