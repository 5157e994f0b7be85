"""Another process that uses the server: forked from one that has imported everything, so that it comes quickly."""

from multiprocessing.connection import Connection
from pathlib import Path

from dumont.platform.db.embedded import EmbeddedPostgres
from tests.forks import FORKS


class OtherProcess:
    def __init__(self, data_dir: Path) -> None:
        self._pipe, theirs = FORKS.Pipe()
        self._process = FORKS.Process(target=_use, args=(data_dir, theirs))
        self._process.start()
        theirs.close()

    def url(self) -> str:
        """Once it has started."""
        assert self._pipe.poll(60)
        url: str = self._pipe.recv()
        return url

    def leave(self) -> int | None:
        """Its exit status, after it has stopped."""
        self._pipe.send("leave")
        self._process.join(60)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def _use(data_dir: Path, pipe: Connection) -> None:
    with EmbeddedPostgres(data_dir, options={"fsync": "off"}) as user:
        pipe.send(user.url)
        pipe.recv()
