"""Places by their names, their codes and their continents, and regions by their beginnings."""

import pytest

from dumont.market.rules import places


class TestCountries:
    @pytest.mark.parametrize("text", ["de", "DE", "Germany", " germany "])
    def test_knows_a_country_by_code_and_name(self, text: str) -> None:
        assert places.countries(text) == {"DE"}

    def test_knows_continents_and_takes_eu_for_europe(self) -> None:
        assert {"DE", "CH", "NO", "GB"} <= places.countries("EU") == places.countries("Europe")
        assert "CH" not in places.countries("european union")
        assert {"US", "CA"} <= places.countries("north-america")
        assert "US" not in places.countries("asia")

    def test_takes_no_word_for_a_place_that_is_none(self) -> None:
        assert places.countries("Atlantis") == places.countries("") == frozenset()

    def test_has_each_country_on_a_continent(self) -> None:
        named = {code for name in ("africa", "asia", "europe", "oceania") for code in places.countries(name)}
        named |= places.countries("north america") | places.countries("south america") | places.countries("antarctica")
        assert len(named) > 240
        assert places.countries("european union") | places.countries("apac") <= named


class TestBegins:
    @pytest.mark.parametrize("start", ["us", "us-east", "us-east-1", "us-east-"])
    def test_takes_whole_words_from_the_beginning(self, start: str) -> None:
        assert places.begins("US-East-1", (start,))

    @pytest.mark.parametrize("start", ["u", "us-ea", "east", "us-east-1-a", ""])
    def test_takes_no_part_of_a_word(self, start: str) -> None:
        assert not places.begins("US-East-1", (start,))
