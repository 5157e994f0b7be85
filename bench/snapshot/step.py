"""One step of a benchmark of snapshots, in a process that imports nothing else: its costs are the engine's."""

from __future__ import annotations

import json
import sys

from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.blobs import Keys, open_blobs
from dumont.snapstore.config import CONFIG
from dumont.snapstore.repository import create, open_repository
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.surroundings import leave
from dumont.snapstore.track import Track

ACCESS, SECRET = "simulated", "simulated-secret"


def main(asked: str) -> None:
    """Prints what it took on its last line, as JSON."""
    given = json.loads(asked)
    blobs = open_blobs(given["address"], Keys(ACCESS, SECRET), "us-east-1", given["endpoint"])
    repository = open_repository(blobs) if blobs.find(CONFIG) else create(blobs)
    hot = tuple(path.encode() for path in given.get("hot", ()))
    label = given.get("label", "")
    if given["verb"] == "backup":
        made = backup(repository, given["source"].encode(), BackupOptions(label=label, hot=hot), Track())
        print(json.dumps({"snapshot": made.name, "sent": made.sent, "read": made.read, **made.progress.stages}))
        return
    name = repository.find(given.get("name", "latest"), label)
    kept = {"state": given.get("state"), "borrow": given.get("borrow", ()), "delete": given.get("delete", False)}
    options = RestoreOptions(hot=hot or None, **kept)
    report = restore(repository, name, given["target"], options, Track())
    if report.damaged:
        raise SystemExit(f"damaged: {report.damaged[:3]}")
    print(json.dumps({"fetched": report.fetched, "direct": report.direct, **report.seconds}))


if __name__ == "__main__":
    main(sys.argv[1])
    leave(0)  # as its command line does
