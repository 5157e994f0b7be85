"""Who may do what inside a team."""

from typing import Literal

TeamRole = Literal["owner", "admin", "member"]
RANK: dict[TeamRole, int] = {"member": 0, "admin": 1, "owner": 2}


def may_invite(mine: TeamRole, invited: TeamRole) -> bool:
    """Nobody raises another above himself."""
    return RANK[mine] >= RANK["admin"] and RANK[invited] <= RANK[mine]


def may_overrule(mine: TeamRole, invited: TeamRole, inviter: TeamRole | None) -> bool:
    """Whether one may replace or take back an invitation that stands: not one to, or by, someone above himself."""
    return RANK[mine] >= RANK["admin"] and RANK[mine] >= max(RANK[invited], RANK[inviter or "member"])


def may_change(mine: TeamRole, theirs: TeamRole, wanted: TeamRole) -> bool:
    return RANK[mine] >= RANK["admin"] and RANK[mine] >= max(RANK[theirs], RANK[wanted])


def may_remove(mine: TeamRole, theirs: TeamRole, *, myself: bool) -> bool:
    """Anyone may leave."""
    return myself or (RANK[mine] >= RANK["admin"] and RANK[mine] >= RANK[theirs])


def may_rename(mine: TeamRole) -> bool:
    return RANK[mine] >= RANK["admin"]


def may_delete(mine: TeamRole) -> bool:
    return mine == "owner"
