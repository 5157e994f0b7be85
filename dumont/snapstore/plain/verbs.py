"""What each word of the plain command line does; each returns the status to end with."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import current_thread, main_thread

from dumont.snapstore import gains, hot
from dumont.snapstore.backup import BackupReport, backup
from dumont.snapstore.blobs import wait_by
from dumont.snapstore.check import check
from dumont.snapstore.diff import diff
from dumont.snapstore.engine import engine
from dumont.snapstore.errors import BadRequest, Missing
from dumont.snapstore.plain import arguments, facts, forgetting, inside, lent, meant, opening, rows, text
from dumont.snapstore.plain.opening import Opened
from dumont.snapstore.plain.screen import Screen
from dumont.snapstore.prune import prune
from dumont.snapstore.repository import WHOLE, Choice, Repository
from dumont.snapstore.restic import Restic
from dumont.snapstore.restore import Overwrite, restore
from dumont.snapstore.stats import stats
from dumont.snapstore.totals import totals
from dumont.snapstore.track import Track

GOOD, PARTLY = 0, 3
"""`PARTLY`: all went through, and some files are damaged or could not be read."""
UNREAD = "not read"
"""How the note begins of a file that could not be."""
Env = Mapping[str, str]


def init(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    made = opening.made(arguments.place(said), env, encrypted=said.encrypt)
    address = made.address if isinstance(made, Restic) else made.blobs.address
    screen.answer({"repository": address}, (), [("repository", address)])
    _hint_at_loss(made, screen)
    return GOOD


def key(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    address = opening.changed(arguments.place(said), env, said.new_passphrase_file)
    screen.answer({"repository": address, "changed": True}, (), [("repository", address), ("passphrase", "changed")])
    screen.hint(arguments.LOST)
    return GOOD


def create(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    if said.server:
        with _track(screen) as track:
            made = lent.create(said, env, track)
        return _made(made, screen)
    place = arguments.place(said)
    try:
        found: Opened = opening.opened(place, env)
    except Missing:
        if not said.init:
            raise
        found = opening.made(place, env, encrypted=False)
        _hint_at_loss(found, screen)
    with _track(screen, found) as track:
        if isinstance(found, Restic):
            _refuse_for_restic(said, ("label", "rescan", "learn_hot", "no_default_excludes", "parent"))
            return _restic_report(
                found.backup(said.path, track, tags=tuple(said.tag), exclude=tuple(said.exclude)), screen
            )
        if said.learn_hot:
            hot.save(found, said.label, hot.record(said.path))
        options = arguments.backup_options(said, env, tuple(hot.load(found, said.label)))
        if options.parent:
            choice = meant.latest_for(found, options.parent, said.path, options.label)
            options = replace(options, parent=_told(choice, screen))
        if own := inside.pattern_of(found, said.path):
            options = replace(options, exclude=(*options.exclude, own))
            screen.hint("The repository lies in this folder, and is left out.")
        report = backup(found, os.fsencode(said.path), options, track)
    return _made(report, screen)


def _made(report: BackupReport, screen: Screen) -> int:
    """In the quiet its name alone, for a script."""
    screen.answer(facts.of_backup(report), (), [(report.name,)] if screen.quiet else rows.of_backup(report))
    return status_of(report)


def status_of(report: BackupReport) -> int:
    """Sockets and devices are left out as everybody knows; what could not be read is missed one day."""
    return PARTLY if any(note.what.startswith(UNREAD) for note in report.notes) else GOOD


def list_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.opened(arguments.place(said), env)
    if isinstance(found, Restic):
        foreign = found.snapshots()
        screen.answer([facts.plain(one) for one in foreign], rows.LIST, rows.of_foreign(foreign))
        return GOOD
    listed = [one for one in found.listed(WHOLE) if not said.label or not one.header or one.header.label == said.label]
    listed.reverse()  # the newest first, as a server's book has them
    screen.answer([facts.of_listed(one) for one in listed], rows.LIST, rows.of_list(listed))
    return GOOD


def show(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.ours(arguments.place(said), env)
    manifest = found.load(_told(meant.latest_for(found, said.snapshot, "", said.label, said.folder), screen))
    if said.files is None:
        told = facts.of_manifest(manifest)
        lines = [(name, str(value)) for name, value in told.items() if not isinstance(value, (dict, list))]
        screen.answer(told, (), [*lines, *((name, text.number(count)) for name, count in told["entries"].items())])
        return GOOD
    below = os.fsencode(said.files)
    if below.strip(b"/") and not rows.entries(manifest, below):
        raise Missing(f"{text.path(below)} is not in this snapshot.", "Look at a folder above it.")
    sizes = totals(manifest)
    screen.answer(
        [facts.of_entry(manifest, entry, sizes) for entry in rows.entries(manifest, below)],
        rows.FILES,
        rows.of_files(manifest, below, sizes),
    )
    return GOOD


def restore_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    if said.server:
        with _track(screen) as track:
            back = lent.put_back(said, env, track)
        screen.answer(facts.of_restore(back), (), rows.of_restore(back, track.now().seconds))
        return GOOD
    found = opening.opened(arguments.place(said), env)
    with _track(screen, found) as track:
        if isinstance(found, Restic):
            _refuse_for_restic(said, ("rescan", "borrow", "delete", "label"))
            if said.overwrite != Overwrite.REPLACE.value:
                raise BadRequest("restic replaces what is there, and can do nothing else from here.")
            if len(said.include) > 1 or said.exclude:
                raise BadRequest("Of a restic repository one folder can be restored, or everything.")
            folder = said.include[0] if said.include else ""
            name = meant.foreign_for(found, said.snapshot, said.target, said.folder)
            return _restic_report(found.restore(name, said.target, track, folder=folder), screen)
        if said.delete:
            inside.refuse_to_remove(found, said.target)
        choice = meant.latest_for(found, said.snapshot, said.target, said.label, said.folder)
        report = restore(found, choice.name, said.target, arguments.restore_options(said, env), track)
        report.notes[:0] = choice.notes
    screen.answer(facts.of_restore(report), (), rows.of_restore(report, track.now().seconds))
    return GOOD if report.complete else PARTLY


def diff_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.ours(arguments.place(said), env)
    before = found.load(_told(meant.latest_for(found, said.before), screen))
    after = found.load(_told(meant.latest_like(found, said.after, before.header), screen))
    differences = list(diff(before, after, (found, found)))
    screen.answer([facts.of_difference(one) for one in differences], rows.DIFF, rows.of_diff(differences))
    return GOOD


def check_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.ours(arguments.place(said), env)
    with _track(screen, found) as track:
        report = check(found, said.read_data, track)
    screen.answer(facts.of_check(report), (), rows.of_check(report))
    return GOOD if report.sound else PARTLY


def forget(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.ours(arguments.place(said), env)
    policy = arguments.policy(said)
    if bool(said.snapshot) == (not policy.keeps_all):
        raise BadRequest("Which snapshots?", "Name them, or say what to keep: --keep-last 3 --keep-daily 7.")
    groups = [] if said.snapshot else forgetting.groups(found, policy)
    doomed = [meant.latest_for(found, name).name for name in said.snapshot] or forgetting.going(groups)
    if not said.dry_run:
        found.forget(doomed)
    told = {"forgotten": doomed, "dry_run": said.dry_run, "groups": forgetting.facts_of(groups)}
    if said.dry_run and groups:
        screen.answer(told, forgetting.HEAD, forgetting.rows_of(groups, policy))
    else:
        did = "would be forgotten" if said.dry_run else "forgotten"
        screen.answer(told, (), [(did, name) for name in doomed])
        if doomed and not said.dry_run:
            screen.hint("What they alone needed is deleted by `prune`.")
    return GOOD


def prune_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.ours(arguments.place(said), env)
    with _track(screen, found) as track:
        report = prune(found, track, grace=said.grace_hours * 3600)
    screen.answer(facts.plain(report), (), rows.of_prune(report))
    return GOOD


def stats_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    found = opening.ours(arguments.place(said), env)
    with _track(screen, found) as track:
        told = stats(found, track)
    screen.answer(facts.of_stats(told), (), rows.of_stats(told))
    return GOOD


def gains_(_said: argparse.Namespace, screen: Screen, _env: Env) -> int:
    found = gains.look()
    screen.answer(facts.plain(found), gains.HEAD, gains.rows(found))
    return GOOD


def hot_(said: argparse.Namespace, screen: Screen, env: Env) -> int:
    """Learns them from a tree that is in use, takes them from a file, or tells them."""
    if said.learn and said.set:
        raise BadRequest("Either from a tree or from a file.")
    found = opening.ours(arguments.place(said), env)
    if said.learn:
        hot.save(found, said.label, hot.record(said.learn))
    elif said.set:
        hot.save(found, said.label, _lines(said.set))
    paths = hot.load(found, said.label)
    screen.answer([text.path(path) for path in paths], (), [(text.path(path),) for path in paths])
    return GOOD


def _hint_at_loss(made: Opened, screen: Screen) -> None:
    if isinstance(made, Repository) and made.config.lock:
        screen.hint(arguments.LOST)


def _told(choice: Choice, screen: Screen) -> str:
    """Says so where the newest one is damaged, and therefore another is taken."""
    for note in choice.notes:
        screen.aside(note)
    return choice.name


def _lines(file: str) -> list[bytes]:
    try:
        said = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise BadRequest(f"{file} can't be read: {error.strerror}.") from error
    return [line.strip(b"/") for line in said.splitlines() if line.strip(b"/")]


def _refuse_for_restic(said: argparse.Namespace, names: Sequence[str]) -> None:
    """Rather than do something else than what was asked for."""
    for name in names:
        if getattr(said, name):
            raise BadRequest(f"A restic repository knows no --{name.replace('_', '-')}.", "Leave it out.")


def _restic_report(report: object, screen: Screen) -> int:
    told = facts.plain(report)
    lines = [("snapshot", told["name"]), ("files", text.number(told["files"])), ("bytes", text.size(told["bytes"]))]
    screen.answer(told, (), [*lines, *(("note", note) for note in told["notes"])])
    return PARTLY if told["notes"] else GOOD


@contextmanager
def _track(screen: Screen, found: Opened | None = None) -> Iterator[Track]:
    """Ctrl-C asks the work to stop, so that it leaves nothing half done; a second one stops waiting."""
    track = Track()
    if isinstance(found, Repository):
        wait_by(found.blobs, track.waiting)
    runs = engine()
    if not runs.fast:  # it will take long, so it is told before
        screen.hint(f"engine: {runs.words}")

    def stop(_signal: int, _frame: object) -> None:
        track.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    heard = (signal.SIGINT, signal.SIGTERM) if current_thread() is main_thread() else ()
    before = [(number, signal.signal(number, stop)) for number in heard]
    try:
        with screen.following(track):
            yield track
    finally:
        for number, handler in before:
            signal.signal(number, handler)


VERBS: dict[str, Callable[[argparse.Namespace, Screen, Env], int]] = {
    "init": init,
    "key": key,
    "create": create,
    "list": list_,
    "show": show,
    "restore": restore_,
    "diff": diff_,
    "check": check_,
    "forget": forget,
    "prune": prune_,
    "stats": stats_,
    "hot": hot_,
    "gains": gains_,
}
