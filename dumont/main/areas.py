"""The areas of the application, and which of them are built; its pages say so honestly where one is not."""

AREAS: tuple[tuple[str, str, bool], ...] = (
    ("market", "Market", True),
    ("fleet", "Fleet", True),
    ("snapshots", "Snapshots", True),
    ("machines", "Machines", True),
    ("book", "Book", False),
    ("optimizer", "Optimizer", False),
    ("account", "Account", True),
    ("admin", "Admin", True),
)
