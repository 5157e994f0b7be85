"""Writes `docs/guides/settings.md` from the code: one table of all settings."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from dumont.platform.listed_settings import Row, rows  # noqa: E402
from dumont.platform.settings import load  # noqa: E402

GUIDE = ROOT / "docs" / "guides" / "settings.md"
TEXT = """\
# Settings

Each setting is read once, at the start: from the environment, else from `dumont.toml`, else its default. The file lies
where the server is started or in its home folder; `DUMONT_CONFIG` names another. In the file a setting has the name of
the first column; where several variables are listed, the first that is set wins. A wrong value stops the start with
one sentence. `dumont config show` prints what a server would use, and where each value comes from; of a secret only
that it is set.

The home folder is `/var/lib/dumont` for root and `~/.local/share/dumont` for everybody else.

<!-- Made by scripts/settings_table.py: do not edit. -->

| setting | default | environment | what it is for |
|---|---|---|---|
"""


def guide() -> str:
    """The whole page; the machine it is made on leaves no trace in it."""
    found = rows(load({"DUMONT_HOME": "/nowhere", "DUMONT_CONFIG": ""}))
    return TEXT + "".join(_line(row) for row in found)


def _line(row: Row) -> str:
    names = ", ".join(f"`{name}`" for name in row.env)
    description = row.description.replace("|", "\\|") + (" *Secret.*" if row.secret else "")
    return f"| `{row.name}` | {row.default} | {names} | {description} |\n"


if __name__ == "__main__":
    GUIDE.parent.mkdir(parents=True, exist_ok=True)
    GUIDE.write_text(guide())
