"""The list of all business contexts; a new one is one line here."""

from dumont.platform.contexts import Context

AREAS: tuple[tuple[str, str, bool], ...] = (
    ("market", "Market", False),
    ("fleet", "Fleet", False),
    ("machines", "Machines", False),
    ("book", "Book", False),
    ("optimizer", "Optimizer", False),
    ("account", "Account", True),
    ("admin", "Admin", True),
)
"""Areas of the application, and whether they are built; the web application says so where they are not."""


def contexts() -> tuple[Context, ...]:
    return ()
