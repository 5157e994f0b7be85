"""A workspace with all that a file system can hold, written and read back by programs that run on the machine."""

import hashlib
import os
import random
import stat
import sys
from pathlib import Path

SMALL = 3000


def write(root: Path, seed: int) -> None:
    """Small files in folders, some megabytes, links of both kinds, odd modes, names and times, holes."""
    drawn = random.Random(seed)
    for number in range(SMALL):
        folder = root / f"src {number % 40}" / f"deep{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.py").write_bytes(drawn.randbytes(drawn.randrange(400)))
    (root / "weights.bin").write_bytes(drawn.randbytes(6 << 20))
    with (root / "hole").open("wb") as file:
        file.seek(4 << 20)
        file.write(b"end")
    (root / "link").symlink_to("weights.bin")
    (root / "to nowhere").symlink_to("/not there/at all")
    os.link(root / "weights.bin", root / "src 1" / "same weights")
    (root / "empty folder").mkdir()
    with open(os.fsencode(root) + b"/caf\xe9\nline", "wb") as file:  # noqa: PTH123 - no text at all
        file.write(b"odd")
    for name, mode in (("tool", 0o4755), ("closed", 0o000), ("open", 0o666)):
        (root / name).write_text(name)
        (root / name).chmod(mode)
    (root / "src 2").chmod(0o1777)
    os.utime(root / "tool", ns=(1, 981_173_106_000_000_007))


def read(root: Path) -> str:
    """One digest of every name, kind, mode, owner, time, content and link."""
    seen = hashlib.sha256()
    names: dict[tuple[int, int], bytes] = {}
    for folder, folders, files in os.walk(os.fsencode(root)):
        folders.sort()
        for name in sorted(files + folders):
            path = os.path.join(folder, name)  # noqa: PTH118 - bytes
            found = os.lstat(path)
            short = path[len(os.fsencode(root)) :]
            told: list[object] = [short, found.st_mode, found.st_uid, found.st_gid]
            if stat.S_ISLNK(found.st_mode):
                told.append(os.readlink(path))  # noqa: PTH115 - bytes
            elif stat.S_ISREG(found.st_mode):
                same = names.setdefault((found.st_dev, found.st_ino), short)
                told += [found.st_mtime_ns, found.st_size, same, hashlib.sha256(Path(os.fsdecode(path)).read_bytes())]
                told[-1] = told[-1].hexdigest()  # type: ignore[attr-defined]
            seen.update(repr(told).encode())
    return seen.hexdigest()


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path.cwd(), int(sys.argv[2]))
    else:
        sys.stdout.write(read(Path.cwd()))
