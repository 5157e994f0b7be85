"""What the words of `dumont launch` mean."""

import pytest

from dumont.cli.launch import split


class TestSplit:
    @pytest.mark.parametrize(
        ("behind", "ran"),
        [
            (["python", "train.py", "a b"], "python train.py 'a b'"),
            (["for i in 1 2; do echo $i; done"], "for i in 1 2; do echo $i; done"),
            (["nvidia-smi"], "nvidia-smi"),
            ([], ""),
        ],
    )
    def test_takes_one_word_as_a_line_for_the_shell_and_several_as_they_are(self, behind: list[str], ran: str) -> None:
        assert split(["RTX 4090", "--", *behind]) == (["RTX 4090"], ran)
