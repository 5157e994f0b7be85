"""Buffers and threads that fit into the memory that a restore may take."""

import pytest

from dumont.snapstore.restore import memory


class TestWriters:
    def test_are_as_many_as_memory_has_room_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(memory, "cores", lambda: 64)
        assert memory.writers(memory.LEAST) == 2
        assert memory.writers(256 << 20) == 7
        assert memory.writers(1 << 30) == memory.MOST_PLACERS

    def test_have_others_to_work_while_they_wait_for_the_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(memory, "cores", lambda: 1)
        assert memory.writers(256 << 20) == 5
