"""Options read lightly are read as Typer reads them."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.main import get_command

from dumont.cli.light import lighten

Count = Annotated[int, typer.Option(min=1, max=9)]
GIVEN = (
    [],
    ["--count", "3"],
    ["--count", "0"],
    ["--count", "10"],
    ["--count", "x"],
    ["--share", "0.5"],
    ["--share", "half"],
    ["--kind", "b"],
    ["--kind", "c"],
    ["--many", "1", "--many", "2"],
    ["--place", "/tmp/x"],
    ["--names", "a", "--names", "b"],
    ["--many", "x"],
    ["--flag"],
    ["--no-flag"],
    ["word"],
    ["word", "more", "most"],
    ["--text", ""],
)


def make() -> Any:
    app = typer.Typer(rich_markup_mode=None)

    @app.command()
    def verb(
        words: Annotated[list[str] | None, typer.Argument()] = None,
        *,
        text: str | None = None,
        count: Count = 5,
        share: float = 1.0,
        kind: Literal["a", "b"] | None = None,
        names: Annotated[list[str] | None, typer.Option()] = None,
        many: Annotated[list[int] | None, typer.Option()] = None,
        place: Path | None = None,
        flag: bool | None = None,
    ) -> None:
        seen = (words, text, count, share, kind, names, many, place, flag)
        print([value if value not in ((), []) else None for value in seen])

    return get_command(app)


def outcome(command: Any, given: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[Any, str]:
    with pytest.raises(SystemExit) as ended:
        command.main(list(given), prog_name="x")
    return ended.value.code, capsys.readouterr().out


class TestLight:
    @pytest.mark.parametrize("given", GIVEN, ids=" ".join)
    def test_reads_what_typer_reads(self, given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert outcome(lighten(make()), given, capsys) == outcome(make(), given, capsys)

    def test_names_the_option_and_what_it_takes(self, capsys: pytest.CaptureFixture[str]) -> None:
        for given, part in (
            (["--count", "x"], "a whole number"),
            (["--kind", "c"], "'a', 'b'"),
            (["--count", "10"], "9"),
        ):
            with pytest.raises(SystemExit):
                lighten(make()).main(given, prog_name="x")
            said = capsys.readouterr().err
            assert given[0] in said
            assert part in said

    def test_leaves_paths_with_rules_to_typer(self, capsys: pytest.CaptureFixture[str]) -> None:
        app = typer.Typer(rich_markup_mode=None)

        @app.command()
        def verb(place: Annotated[Path, typer.Option(exists=True)]) -> None:
            raise AssertionError(place)

        with pytest.raises(SystemExit):
            lighten(get_command(app)).main(["--place", "/no/such/place"], prog_name="x")
        assert "does not exist" in capsys.readouterr().err
