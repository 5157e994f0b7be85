"""Names of machines: read and written the same, and nothing that could not be a part of an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.basics.machine_key import MachineKey, NotAMachine

IDS = st.text(min_size=1, max_size=200)


class TestMachineKey:
    @pytest.mark.parametrize(
        "text", ["vast:12345", "ionet:13:7", "runpod:SECURE:RTX 4090:EU-RO-1", "aws:eu-west-1a:p5"]
    )
    def test_reads_what_it_writes(self, text: str) -> None:
        assert str(MachineKey.parse(text)) == text

    def test_is_parted_by_the_first_colon(self) -> None:
        assert MachineKey.parse(" ionet:13:7 ") == MachineKey("ionet", "13:7")

    @pytest.mark.parametrize(
        "text",
        ["", "vast", "vast:", ":1", "Vast:1", "v:1", "vast:a/b", "vast:a\x00b", "vast:a\nb", "vast:" + "x" * 201],
    )
    def test_refuses_what_is_no_name(self, text: str) -> None:
        with pytest.raises(NotAMachine):
            MachineKey.parse(text)

    @given(IDS)
    def test_holds_any_id_that_it_takes(self, machine_id: str) -> None:
        try:
            key = MachineKey("vast", machine_id)
        except NotAMachine:
            return
        assert MachineKey.parse(str(key)) == key
        assert not set(machine_id) & {"/", "\x00", "\n"}

    def test_sorts_by_provider_and_id(self) -> None:
        keys = [MachineKey("vast", "2"), MachineKey("aws", "9"), MachineKey("vast", "1")]
        assert [str(key) for key in sorted(keys)] == ["aws:9", "vast:1", "vast:2"]
