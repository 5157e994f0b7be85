"""`dumont openapi`: the document that describes the API, made without a server or a database."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[Path | None, typer.Option("--output", "-o", help="A file, instead of standard output.")]


def openapi(output: Output = None) -> None:
    """Print the OpenAPI 3.1 document of this release.

    \b
    Examples:
      dumont openapi | jq '.paths | keys'
      dumont openapi --output web/openapi.json
    """
    from dumont.main.contexts import contexts
    from dumont.main.web import make_app

    text = json.dumps(make_app(contexts()).openapi(), indent=1, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
