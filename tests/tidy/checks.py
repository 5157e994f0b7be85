"""All checks, in the order in which they are reported."""

from collections.abc import Callable, Iterable

from tests.tidy import floors, habits, imports, shape, web, words
from tests.tidy.source import Offence, Tree

Check = Callable[[Tree], Iterable[Offence]]

CHECKS: tuple[Check, ...] = (
    shape.function_length,
    shape.file_length,
    shape.positional_parameters,
    shape.packages,
    words.first_sentence,
    words.forbidden_names,
    habits.wall_clock,
    habits.environment,
    habits.money_as_float,
    habits.mock_patch,
    habits.printing,
    habits.bare_ignores,
    imports.work_at_import,
    floors.doors,
    floors.rooms,
    floors.sql_in_the_store,
    floors.relationships,
    floors.waiting_doors,
    floors.pure_rules,
    floors.pure_basics,
    floors.bare_agent,
    floors.guests,
    web.barrels,
    web.unchecked_types,
)


def offences(tree: Tree) -> list[Offence]:
    return sorted({offence for check in CHECKS for offence in check(tree)})
