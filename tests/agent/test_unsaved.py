"""How much would be lost: files that have changed since the workspace was last saved, over deaths of the agent."""

from pathlib import Path

from dumont.agent.given import Given
from dumont.agent.remembering import Notes
from dumont.agent.sampling.unsaved import Unsaved


def eyes(folder: Path) -> Unsaved:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    made = Unsaved(Given("https://a", "dag_b", work, folder), Notes(folder / "notes"))
    made.look()
    return made


class TestUnsaved:
    def test_counts_files_that_changed_since_then(self, tmp_path: Path) -> None:
        seen = eyes(tmp_path)
        assert seen.mb is None
        (tmp_path / "work" / "new").write_bytes(bytes(3_000_000))
        changed = (tmp_path / "work" / "new").stat().st_ctime
        seen.saved(changed - 1)
        seen.look()
        assert seen.mb == 3.0
        assert eyes(tmp_path).mb == 3.0
        seen.saved(changed + 1)
        seen.look()
        assert seen.mb == 0.0
