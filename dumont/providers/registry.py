"""All the clouds; a new one is one line here."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from dumont.providers.port import Kind

NAMES = ("vast", "runpod", "lambda", "akash", "ionet", "aws", "gcp", "local", "render")
MODULES = {"lambda": "lambda_cloud"}


def kinds() -> Mapping[str, Kind]:
    return {name: kind(name) for name in NAMES}


@cache
def kind(name: str) -> Kind:
    """Raises `KeyError` for a name that is none of ours."""
    if name not in NAMES:
        raise KeyError(name)
    module = import_module(f"dumont.providers.adapters.{MODULES.get(name, name)}")
    found: Kind = module.KIND
    return found
