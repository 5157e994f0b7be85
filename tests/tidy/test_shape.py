"""Long functions, long files and long lists of parameters are caught."""

from collections.abc import Callable
from pathlib import Path

from tests.tidy import shape
from tests.tidy.source import Tree

Caught = Callable[..., list[str]]


def function_of(lines: int) -> str:
    return "def count():\n" + "    x = 1\n" * (lines - 1)


class TestFunctionLength:
    def test_catches_sixty_one_lines(self, caught: Caught) -> None:
        found = caught(shape.function_length, {"dumont/wallet/count.py": "x = 1\n\n\n" + function_of(61)})

        assert found == [
            "dumont/wallet/count.py:4: function-length: `count` has 61 lines, 60 are allowed: "
            "give each of its steps a function with a name."
        ]

    def test_allows_sixty(self, caught: Caught) -> None:
        assert caught(shape.function_length, {"dumont/wallet/count.py": function_of(60)}) == []

    def test_holds_for_tests_and_benches_too(self, caught: Caught) -> None:
        files = {"tests/test_a.py": function_of(61), "bench/b.py": function_of(61), "migrations/c.py": function_of(61)}

        assert len(caught(shape.function_length, files)) == 3


class TestFileLength:
    def test_catches_four_hundred_and_one_lines(self, caught: Caught) -> None:
        files = {"dumont/wallet/long.py": "x = 1\n" * 401, "web/src/features/wallet/Page.tsx": "x\n" * 401}

        found = caught(shape.file_length, files)

        assert [line.split(" lines")[0] for line in found] == [
            "dumont/wallet/long.py:401: file-length: 401",
            "web/src/features/wallet/Page.tsx:401: file-length: 401",
        ]
        assert found[0].endswith("split it by what its parts are for.")

    def test_allows_four_hundred_and_what_is_generated(self, caught: Caught) -> None:
        files = {
            "dumont/wallet/long.py": "x = 1\n" * 400,
            "dumont/client/models.py": "x = 1\n" * 999,
            "web/src/lib/api/generated.ts": "x\n" * 999,
        }

        assert caught(shape.file_length, files) == []


class TestPositionalParameters:
    def test_catches_the_sixth(self, caught: Caught) -> None:
        found = caught(shape.positional_parameters, {"dumont/wallet/pay.py": "def pay(a, b, c, d, e, f): ..."})

        assert found == [
            "dumont/wallet/pay.py:1: positional-parameters: `pay` takes 6 by position, 5 are allowed: put `*` before "
            "the rest, or make one value of those that belong together."
        ]

    def test_counts_neither_keywords_nor_self_nor_the_unused(self, caught: Caught) -> None:
        source = """
            class Till:
                def pay(self, a, b, c, d, e, *, f, g): ...

            def hear(_connection, _cursor, a, b, c, d, e): ...
        """

        assert caught(shape.positional_parameters, {"dumont/wallet/pay.py": source}) == []

    def test_counts_the_first_of_a_static_method(self, caught: Caught) -> None:
        source = """
            class Till:
                @staticmethod
                def pay(a, b, c, d, e, f): ...
        """

        assert len(caught(shape.positional_parameters, {"dumont/wallet/pay.py": source})) == 1


class TestPackages:
    def test_have_an_init(self, caught: Caught) -> None:
        files = {
            "tests/__init__.py": "",
            "tests/wallet/test_pay.py": "",
            "dumont/wallet/pay.py": "",
            "bench/pay.py": "",
        }

        assert caught(shape.packages, files) == [
            f"{folder}:1: packages: a folder of Python without `__init__.py`: add it, it may be empty."
            for folder in ("dumont/wallet", "tests/wallet")
        ]


class TestMeasured:
    def test_gives_the_median_of_the_functions(self, plant: Callable[..., Tree]) -> None:
        tree = plant({"dumont/a.py": function_of(3) + function_of(5) + function_of(40), "tests/test_a.py": "x = 1\n"})

        assert shape.measured(tree) == (
            "dumont: 1 files, median 48 lines, longest 48; 3 functions, median 5 lines, longest 40. "
            "tests: 1 files, no functions."
        )

    def test_does_not_count_what_people_did_not_write(self, plant: Callable[..., Tree], tmp_path: Path) -> None:
        tree = plant({"dumont/web/a.py": "x = 1\n", "dumont/__pycache__/b.py": "x = 1\n", "dumont/c.py": "x = 1\n"})

        assert [file.path for file in tree.python] == ["dumont/c.py"]
        assert (tmp_path / "dumont/web/a.py").exists()
