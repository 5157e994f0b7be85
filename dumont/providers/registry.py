"""All the clouds; a new one is one line here."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from dumont.providers.port import Kind

NAMES = ("vast", "runpod", "lambda", "akash", "ionet", "aws", "gcp", "local", "render")
MODULES = {"lambda": "lambda_cloud"}


@cache
def kinds() -> Mapping[str, Kind]:
    return {name: _kind(name) for name in NAMES}


def _kind(name: str) -> Kind:
    module = import_module(f"dumont.providers.adapters.{MODULES.get(name, name)}")
    found: Kind = module.KIND
    return found
