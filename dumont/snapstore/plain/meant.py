"""Which snapshot is meant by `latest`: the newest of one tree, and never of whatever was kept last."""

from __future__ import annotations

import os

from dumont.snapstore.errors import BadRequest
from dumont.snapstore.model import Header
from dumont.snapstore.repository import LATEST, Choice, Repository
from dumont.snapstore.surroundings import host_name

MOST_TOLD = 5


def place_of(header: Header) -> str:
    """What has a label is one thing on whatever machine, as long as its folder has the same path."""
    return header.root if header.label else f"{header.host}:{header.root}"


def latest_for(found: Repository, word: str, target: str, label: str = "") -> Choice:
    """Another folder's content, or another machine's, is what nobody wants at the target who did not say so."""
    if word != LATEST or label:
        return found.choose(word, label)
    headers = [one.header for one in found.listed() if one.header]
    here = [header for header in headers if header.root == os.path.realpath(target)]
    mine = [header for header in here if header.host == host_name()]
    fitting = mine or here or headers
    trees = {(header.label, place_of(header)) for header in fitting}
    if len(trees) > 1:
        told = ", ".join(" ".join(filter(None, tree)) for tree in sorted(trees)[:MOST_TOLD])
        raise BadRequest(
            f"The latest of what? The repository keeps {len(trees)} trees that may be meant: {told}.",
            "Name one by its first digits, or say --label; `dumont snapshots list` shows them.",
        )
    return found.choose(word, among=lambda header: (header.label, place_of(header)) in trees)


def latest_like(found: Repository, word: str, other: Header) -> Choice:
    """Of the same tree as the other one."""
    tree = (other.label, place_of(other))
    return found.choose(word, among=lambda header: (header.label, place_of(header)) == tree)
