"""Barrels and hidden type errors in the web application are caught."""

from collections.abc import Callable

from tests.tidy import web

Caught = Callable[..., list[str]]


class TestWeb:
    def test_has_no_barrels(self, caught: Caught) -> None:
        files = {"web/src/features/wallet/index.ts": "export * from './Page';\n", "web/src/lib/time.ts": "\n"}

        assert caught(web.barrels, files) == [
            "web/src/features/wallet/index.ts:1: web-barrel: a file that only passes on others: "
            "import from the file itself."
        ]

    def test_hides_no_type_errors(self, caught: Caught) -> None:
        text = (
            "a;\n// @ts-ignore\nb;\n// @ts-expect-error the library's types are wrong here\nc;\n// @ts-expect-error\n"
        )

        found = caught(web.unchecked_types, {"web/src/lib/time.ts": text})

        assert [line.split(": ")[0] for line in found] == ["web/src/lib/time.ts:2", "web/src/lib/time.ts:6"]
