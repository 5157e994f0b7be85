"""How verbs are read that are given a command to run: whatever stands behind where it begins is the command's own."""

from typing import Any

from typer.core import TyperCommand

DASHES = "--"


class KeepsDashes(TyperCommand):
    """Hands the first `--` on, which would else be taken for the end of our options and forgotten."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = args.index(DASHES) if DASHES in args else len(args)
        return super().parse_args(ctx, [*args[:at], *args[at : at + 1], *args[at:]])


class RunsThere(TyperCommand):
    """NAME, then as `ssh` takes it: `trainer df -h` and `trainer -L 8888:localhost:8888` need no `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = self._begin(ctx, args)
        return super().parse_args(ctx, [*args[:at], DASHES, *args[at:]] if at < len(args) else args)

    def _begin(self, ctx: Any, args: list[str]) -> int:
        """Of what is not ours; an option of ours may stand on either side of NAME."""
        ours = [found for found in self.get_params(ctx) if found.param_type_name == "option"]
        takes = {name: not getattr(found, "is_flag", False) for found in ours for name in found.opts}
        named, at = False, 0
        while at < len(args) and args[at] != DASHES:
            option = args[at].split("=")[0]
            if named and option not in takes:
                return at
            named = named or not option.startswith("-")
            at += 2 if takes.get(option) and "=" not in args[at] else 1
        return len(args)
