"""Writes `dumont/client/models.py` from `web/openapi.json`: the shapes of the API as TypedDicts."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
DOCUMENT, MODELS = ROOT / "web" / "openapi.json", ROOT / "dumont" / "client" / "models.py"
HEADER = '"""The shapes of the API, made by scripts/generate_client.py from web/openapi.json: do not edit."""\n\n'
OPTIONS = (
    "--input-file-type=openapi",
    "--output-model-type=typing.TypedDict",
    "--target-python-version=3.11",
    "--use-standard-collections",
    "--use-union-operator",
    "--use-standard-primitive-types",
    "--enum-field-as-literal=all",
    "--disable-timestamp",
    "--collapse-root-models",
    "--formatters=builtin",
    "--type-mappings=string+uuid=string",
)


def generate(document: Path) -> str:
    """The text of the module; the same document gives the same text."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "models.py"
        given = Path(folder) / "openapi.json"
        given.write_text(json.dumps(json.loads(document.read_text(), object_hook=_opened)))
        places = ["--input", str(given), "--output", str(made)]
        subprocess.run([sys.executable, "-m", "datamodel_code_generator", *places, *OPTIONS], check=True)
        return HEADER + made.read_text().split("\n\n", 1)[1]


def _opened(schema: dict[str, Any]) -> dict[str, Any]:
    """A closed TypedDict is not in `typing` yet, and mypy refuses an unknown name in a literal anyway."""
    return {name: value for name, value in schema.items() if (name, value) != ("additionalProperties", False)}


if __name__ == "__main__":
    MODELS.write_text(generate(DOCUMENT))
