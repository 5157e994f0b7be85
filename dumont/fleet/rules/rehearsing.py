"""What a look at the standby's copy proves: whether it is whole, can be read, and can be logged in to."""

from collections.abc import Mapping
from typing import Any

from dumont.fleet.rules.seen import Trouble

HINT = "See what its syncs say. It is put there anew by switching the standby off and on."


def stages_of(found: Mapping[str, Any], whole_seconds: float) -> dict[str, float]:
    """Until its agent began, and what that needed for each look."""
    told = found.get("seconds")
    looks = {str(name): float(each) for name, each in told.items()} if isinstance(told, dict) else {}
    answer = max(0.0, whole_seconds - sum(looks.values()))
    return {"answer": round(answer, 3), **{name: round(each, 3) for name, each in looks.items()}}


def fault_of(found: Mapping[str, Any], files: int | None, size: int | None) -> Trouble | None:
    """`files` and `size` are those of the snapshot that was put there; more than these is no fault: somebody may have
    worked there."""
    there, length = found.get("files", 0), found.get("bytes", 0)
    if files is not None and there < files:
        return Trouble("standby_copy_lacks", f"Of {files} files of the copy {files - there} are not there.", HINT)
    if files == there and size is not None and length != size:
        return Trouble("standby_copy_differs", f"The copy has {length} bytes, and should have {size}.", HINT)
    if found.get("unreadable"):
        said = f"{found['unreadable']} files of the copy can't be read, such as {found.get('first_unreadable')}."
        return Trouble("standby_copy_unreadable", said, HINT)
    if found.get("ssh") is False:
        return Trouble("standby_no_ssh", "Nobody answers at the standby's SSH door.", "Look at the machine's log.")
    return None
