"""What can go wrong with a repository, by kind; each says what to do next."""

from __future__ import annotations


class SnapError(Exception):
    """A sentence for people, and a hint that names the way out."""

    code = "snapshot_error"
    hint = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        if hint:
            self.hint = hint


class Missing(SnapError):
    """An object that the store does not have."""

    code = "object_missing"


class Damaged(SnapError):
    """Bytes that are not what they must be."""

    code = "object_damaged"
    hint = "Run a check with reading of data to see which files it touches; everything else can be restored."


class InPart(SnapError):
    """Everything that can be put back is there; some files are not."""

    code = "restored_in_part"
    hint = "Take the files that lack from an older snapshot."


class Hostile(Damaged):
    """A repository that asks for what no honest writer asks for."""

    code = "repository_refused"
    hint = "Don't use this repository: its snapshot was not written by an honest writer."


class Unreadable(SnapError):
    """Written by a newer version, or not a repository at all."""

    code = "repository_unreadable"
    hint = "Update this program, or check the address."


class StoreAway(SnapError):
    """The store did not answer, again and again."""

    code = "store_away"
    hint = "Nothing is lost: run the same again, it goes on where it stopped."


class StoreRefused(SnapError):
    """The store knows us and says no, or doesn't know us."""

    code = "store_refused"
    hint = "Check the keys, the bucket's name and what the keys may do."


class Exists(SnapError):
    """Something is there that must not be overwritten."""

    code = "already_exists"


class KeyNeeded(SnapError):
    """The repository is encrypted, and the passphrase is absent or wrong."""

    code = "key_needed"
    hint = "Set DUMONT_SNAPSHOTS_PASSPHRASE, or name a file with it: --passphrase-file FILE."


class NoRoom(SnapError):
    """The disk can't hold it; said before the first file is written where it can be known."""

    code = "no_room"


class BadRequest(SnapError):
    """What was asked for can't be done as it was asked."""

    code = "bad_request"


class Cancelled(SnapError):
    """Somebody asked to stop."""

    code = "cancelled"
    hint = "Run the same again, it goes on where it stopped."
