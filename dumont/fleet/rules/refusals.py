"""What a race makes of clouds that say no at once: it costs nothing but the moment, so it is asked for again.

A round of which every machine was refused uses none of the race's rounds up, while such rounds in a row are not going
on for too long; and before the next one there is a pause that grows, in which others let go of what they raced for and
the market is told anew. Offers of clouds that name no single machine stand for any number of them, so a refusal says
little about a minute later: it makes others choose something else just now, and is forgotten then.
"""

from datetime import datetime, timedelta
from itertools import takewhile

from dumont.fleet.rules.seen import RaceSeen

FREE_SECONDS = 60.0
"""So long rounds that were refused cost none; after it they count as any other does."""
PAUSE_MAX = 15.0
"""The longest, of pauses of which each is twice as long as the one before."""
KNOWN_SECONDS = 60.0
"""So long nobody chooses what a cloud has refused to anybody here, while anything else fits."""
TAKEN, AWAY = "offer_gone", ("never_made", "unavailable")
"""Why such a rental has ended; a cloud that did not answer says nothing about its machines."""


def was_refused(why_ended: str | None, code: str | None) -> bool:
    """Nothing was made, and some moments later it may be; an account that is empty will still be."""
    return why_ended == TAKEN or (why_ended, code) == AWAY


def is_free(race: RaceSeen, now: datetime) -> bool:
    """The newest round uses none up."""
    row = _in_a_row(race)
    return bool(row) and now < row[-1] + timedelta(seconds=FREE_SECONDS)


def again_at(race: RaceSeen, now: datetime) -> datetime | None:
    """When the next round may begin; None where it is at once, as where the clock was set back."""
    row = _in_a_row(race)
    if not row or row[0] > now:
        return None
    found = row[0] + timedelta(seconds=min(PAUSE_MAX, 2.0 ** min(len(row) - 1, 10)))
    return found if found > now else None


def refused_words(race: RaceSeen) -> str:
    """Of a race that such a round has ended: what the last cloud said."""
    said = [each.error.message for each in race.entrants if each.round == race.round and each.refused and each.error]
    return f"Those of the last round were refused: {said[-1]}" if _in_a_row(race) and said else ""


def _in_a_row(race: RaceSeen) -> list[datetime]:
    """When those rounds began, the newest first, of which all were refused."""
    rounds: dict[int, list[datetime]] = {number: [] for number in range(race.round, 0, -1)}
    spoilt = {each.round for each in race.entrants if not each.refused}
    for each in race.entrants:
        rounds.setdefault(each.round, []).append(each.created_at)
    known = takewhile(lambda number: rounds[number] and number not in spoilt, range(race.round, 0, -1))
    return [min(rounds[number]) for number in known]
