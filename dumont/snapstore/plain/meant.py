"""Which snapshot is meant by `latest`: the newest of one tree, and never of whatever was kept last."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import NamedTuple

from dumont.snapstore.errors import BadRequest, Missing
from dumont.snapstore.model import Header
from dumont.snapstore.repository import LATEST, Choice, Repository
from dumont.snapstore.restic import Foreign, Restic
from dumont.snapstore.surroundings import host_name

MOST_TOLD = 5


class Tree(NamedTuple):
    """What was kept, again and again."""

    label: str
    host: str
    root: str

    @property
    def place(self) -> str:
        """What has a label is one thing on whatever machine, as long as its folder has the same path."""
        return self.root if self.label else f"{self.host}:{self.root}"

    @property
    def key(self) -> tuple[str, str]:
        return (self.label, self.place)


def tree_of(header: Header) -> Tree:
    return Tree(header.label, header.host, header.root)


def latest_for(found: Repository, word: str, target: str = "", label: str = "", folder: str = "") -> Choice:
    """Another folder's content, or another machine's, is what nobody wants at the target who did not say so. Without
    a target it must be the only tree, of this label and this folder where they are given."""
    if word != LATEST or (label and not folder):
        return found.choose(word, label)
    trees = [tree_of(one.header) for one in found.listed() if one.header]
    keys = _fitting(_said(trees, label, folder), "" if folder else target)
    return found.choose(word, among=lambda header: tree_of(header).key in keys)


def latest_like(found: Repository, word: str, other: Header) -> Choice:
    """Of the same tree as the other one."""
    return found.choose(word, among=lambda header: tree_of(header).key == tree_of(other).key)


def foreign_for(found: Restic, word: str, target: str, folder: str = "") -> str:
    """The same of restic's snapshots, which have no labels."""
    if word != LATEST:
        return word
    listed = found.snapshots()
    trees = _said([_foreign(one) for one in listed], "", folder)
    keys = _fitting(trees, "" if folder else target)
    return next((one.id for one in reversed(listed) if _foreign(one).key in keys), word)


def _said(trees: Collection[Tree], label: str, folder: str) -> Collection[Tree]:
    if not folder:
        return trees
    where = os.path.realpath(folder)
    fitting = [tree for tree in trees if tree.root == where and label in ("", tree.label)]
    if not fitting:
        raise Missing(f"There is no snapshot of {where} in this repository.", "List the snapshots.")
    return fitting


def _foreign(one: Foreign) -> Tree:
    return Tree("", one.host, ", ".join(one.paths))


def _fitting(trees: Collection[Tree], target: str) -> set[tuple[str, str]]:
    here = [tree for tree in trees if target and tree.root == os.path.realpath(target)]
    mine = [tree for tree in here if tree.host == host_name()]
    keys = {tree.key for tree in mine or here or trees}
    if len(keys) > 1:
        told = ", ".join(" ".join(filter(None, key)) for key in sorted(keys)[:MOST_TOLD])
        told += ", and others" if len(keys) > MOST_TOLD else ""
        raise BadRequest(
            f"The latest of what? The repository keeps {len(keys)} trees that may be meant: {told}.",
            "Name one by its first digits, or say --path FOLDER or --label; `dumont snapshots list` shows them.",
        )
    return keys
