"""Text in columns."""

from dumont.basics.columns import aligned, plain


class TestAligned:
    def test_gives_each_column_the_width_of_its_widest_cell(self) -> None:
        assert aligned(["id", "name"], [["1", "a"], ["22", "bcd"]]) == ["ID  NAME", "1   a", "22  bcd"]

    def test_puts_figures_to_the_right(self) -> None:
        assert aligned(["n", "x"], [["1", "a"], ["22", "b"]], right=[True]) == [" N  X", " 1  a", "22  b"]

    def test_counts_cells_and_not_letters(self) -> None:
        assert aligned(["a", "b"], [["日本", "x"], ["ab", "y"]]) == ["A     B", "日本  x", "ab    y"]

    def test_leaves_the_titles_of_an_empty_table(self) -> None:
        assert aligned(["id"], []) == ["ID"]


class TestPlain:
    def test_keeps_letters_and_drops_what_drives_terminals(self) -> None:
        assert plain("é\x1b[31m\x07日\n\tb") == "é[31m日  b"
