"""What the server's book says of snapshots: `dumont snapshots list|show|diff|stats --server`, in the engine's words."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dumont.basics.errors import Conflict, NotFound
from dumont.snapstore.plain import rows, text
from dumont.snapstore.plain.screen import Screen
from dumont.snapstore.surroundings import seconds_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dumont.client import models
    from dumont.client.snapshots import Snapshots

SILENT_SECONDS = 60.0
"""Whoever makes a snapshot says something each second."""
LATEST = "latest"
LEAST_DIGITS = 4
MOST_LABELS = 5


def read(book: Snapshots, said: Namespace, screen: Screen) -> int:
    READ[said.verb](book, said, screen)
    return 0


def named(book: Snapshots, word: str, *, state: str | None = "complete") -> str:
    """The id of a row: by its id, or by the beginning of its manifest's name."""
    if len(word) < LEAST_DIGITS:
        raise Conflict(f"{word!r} is no name of a snapshot.", hint="Give its first digits, four or more, or `latest`.")
    fitting = [one for one in _all(book, state=state) if word == one["id"] or (one["manifest"] or "").startswith(word)]
    return _only(fitting, "complete snapshot" if state else "snapshot", word)


def meant(book: Snapshots, said: Namespace, near: str = "", *, state: str | None = "complete") -> str:
    """The one that was named; of `latest` that of the folder that was named, or else of the one near by."""
    if said.snapshot != LATEST:
        return named(book, said.snapshot, state=state)
    folder = str(Path(said.folder).resolve()) if said.folder else near
    return latest_of(book, folder, said.label, only=bool(said.folder))


def latest_of(book: Snapshots, folder: str = "", label: str = "", *, only: bool = False) -> str:
    """The newest complete one of this folder, or of anything if this one was never kept: another folder's content, or
    another machine's, is what nobody wants there who did not say so. Who names a label means the newest of that, who
    names the folder itself (`only`) that one."""
    found = list(_all(book, state="complete", label=label or None))
    fitting = [one for one in found if one["root"] == folder] or ([] if only else found)
    kept = {_thing(one): one["label"] for one in fitting}
    if len(kept) > 1 and not label:
        labels = ", ".join(sorted({label or "(none)" for label in kept.values()})[:MOST_LABELS])
        raise Conflict(
            f"The latest of what? The server keeps snapshots of {len(kept)} things that may be meant: {labels}.",
            hint="Say --path FOLDER or --label, or name one by its first digits: see `dumont snapshots list --server`.",
        )
    return _only(fitting[:1], "complete snapshot", LATEST)


def _thing(snapshot: models.Snapshot) -> tuple[object, ...]:
    """What was kept, again and again: folders of one label are different things."""
    instance = snapshot["instance_id"]
    return (snapshot["owner"]["id"], instance or snapshot["label"], "" if instance else snapshot["root"])


def state_of(snapshot: models.Snapshot, now: float) -> str:
    """As it is: one whose machine was killed is still running in the book."""
    if snapshot["state"] == "queued":
        return "waiting"
    if snapshot["state"] != "running" or snapshot["progress"] is None:
        return snapshot["state"]
    quiet = now - datetime.fromisoformat(snapshot["progress"]["at"]).timestamp()
    return f"silent for {text.duration(quiet)}" if quiet > SILENT_SECONDS else "running"


def _list(book: Snapshots, said: Namespace, screen: Screen) -> None:
    found, now = list(_all(book, label=said.label or None)), seconds_now()
    screen.answer(found, rows.LIST, [_row(one, now) for one in found])


def _show(book: Snapshots, said: Namespace, screen: Screen) -> None:
    identity = meant(book, said, state=None)
    if said.files is not None:
        entries = list(book.files(identity, said.files))
        screen.answer(entries, rows.FILES, [_entry(one) for one in entries])
        return
    found = book.one(identity)
    lines = [("state", state_of(found, seconds_now())), *_plain(found, ("state",))]
    if found["error"]:
        lines.append(("error", f"{found['error']['message']} {found['error']['hint'] or ''}"))
    lines += [("not read", name) for name in found["unread_names"]]
    screen.answer(found, (), lines)


def _diff(book: Snapshots, said: Namespace, screen: Screen) -> None:
    before = latest_of(book) if said.before == LATEST else named(book, said.before)
    after = _latest_like(book, before) if said.after == LATEST else named(book, said.after)
    found = list(book.diff(before, after))
    screen.answer(found, rows.DIFF, [_difference(one) for one in found])


def _latest_like(book: Snapshots, other: str) -> str:
    """Of the same thing as the other one, which is one of them."""
    found = list(_all(book, state="complete"))
    things = {_thing(one) for one in found if one["id"] == other}
    return _only([one for one in found if _thing(one) in things][:1], "complete snapshot", LATEST)


def _stats(book: Snapshots, _said: Namespace, screen: Screen) -> None:
    state, cost = book.repository(), book.cost()
    month = cost["cost_month"]
    lines = [
        ("snapshots", text.number(state["snapshots"])),
        ("in the store", _size(state["stored_bytes"])),
        ("cost a month", "" if month is None else f"${float(month):.2f}"),
        ("checked", _moment(state["check"]["at"]) if state["check"] else "never"),
        *(("problem", problem) for problem in (state["check"]["problems"] if state["check"] else ())),
        ("pruned", _moment(state["prune"]["at"]) if state["prune"] else "never"),
        *(_alone(one) for one in cost["snapshots"]),
    ]
    screen.answer({"repository": state, "cost": cost}, (), lines)


def _alone(snapshot: models.SnapshotCost) -> tuple[str, str]:
    """Of one label there are many."""
    return f"alone {snapshot['label']} {_moment(snapshot['created_at'])}", _size(snapshot["unique_bytes"])


def _only(found: Sequence[models.Snapshot], kind: str, word: str) -> str:
    if len(found) == 1:
        return str(found[0]["id"])
    if found:
        raise Conflict(f"{len(found)} snapshots begin with {word}.", hint="Give more of its digits.")
    raise NotFound(f"The server has no {kind} {word}.", hint="See `dumont snapshots list --server`.")


def _all(book: Snapshots, **filters: Any) -> Iterator[models.Snapshot]:
    for page in book.all(**filters):
        yield from page["items"]


def _row(snapshot: models.Snapshot, now: float) -> rows.Row:
    return (
        (snapshot["manifest"] or snapshot["id"])[: rows.SHORT if snapshot["manifest"] else None],
        state_of(snapshot, now),
        _moment(snapshot["created_at"]),
        snapshot["label"],
        snapshot["host"],
        snapshot["root"],
        _size(snapshot["bytes"]),
        " ".join(snapshot["tags"]),
    )


def _entry(entry: models.FileEntry) -> rows.Row:
    size = text.size(entry["size"]) if entry["kind"] in ("file", "folder") else ""
    return (entry["mode"], entry["kind"], size, entry["path"])


def _difference(found: models.Difference) -> rows.Row:
    before, after = found["bytes_before"], found["bytes_after"]
    return (found["change"], found["kind"], _size(before), _size(after), found["path"])


def _plain(found: models.SnapshotDetail, shown: Sequence[str]) -> list[tuple[str, str]]:
    """Only what is one value and known."""
    values = ((name, value) for name, value in found.items() if name not in shown)
    return [(name, str(value)) for name, value in values if value is not None and not isinstance(value, (dict, list))]


def _size(size: int | None) -> str:
    return "" if size is None else text.size(size)


def _moment(said: str) -> str:
    return said[:19].replace("T", " ")


READ: dict[str, Callable[[Snapshots, Namespace, Screen], None]] = {
    "list": _list,
    "show": _show,
    "diff": _diff,
    "stats": _stats,
}
