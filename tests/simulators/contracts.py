"""The clouds' own OpenAPI documents, which lie beside the project, not in it; where they don't, tests are skipped."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

DOCUMENTS = Path(__file__).parents[3] / "shared" / "providers" / "openapi"


class Contract:
    def __init__(self, name: str) -> None:
        path = DOCUMENTS / f"{name}.json"
        if not path.exists():
            pytest.skip(f"the OpenAPI document {name}.json is not at ../shared/providers/openapi")
        self._document = json.loads(path.read_text())

    def misfits(self, schema: str, body: Any) -> list[str]:
        """What of a body does not fit the named schema, and where."""
        whole = {"$ref": f"#/components/schemas/{schema}", "components": self._document["components"]}
        found = Draft202012Validator(whole).iter_errors(body)
        return [f"{each.json_path}: {each.message[:200]}" for each in found]
