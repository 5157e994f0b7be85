"""Who may do what inside a team."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.accounts.rules.teams import (
    RANK,
    TeamRole,
    may_change,
    may_delete,
    may_invite,
    may_overrule,
    may_remove,
    may_rename,
)

ROLES = st.sampled_from(sorted(RANK))


class TestTeamRules:
    @given(ROLES, ROLES, ROLES)
    def test_a_member_decides_about_nobody(self, theirs: TeamRole, wanted: TeamRole, invited: TeamRole) -> None:
        assert not may_change("member", theirs, wanted)
        assert not may_remove("member", theirs, myself=False)
        assert not may_invite("member", invited)
        assert not may_rename("member")

    @given(ROLES, ROLES, ROLES)
    def test_nobody_touches_one_above_himself(self, mine: TeamRole, theirs: TeamRole, wanted: TeamRole) -> None:
        if RANK[theirs] > RANK[mine]:
            assert not may_change(mine, theirs, wanted)
            assert not may_remove(mine, theirs, myself=False)
        if RANK[wanted] > RANK[mine]:
            assert not may_change(mine, theirs, wanted)
            assert not may_invite(mine, wanted)

    @given(ROLES, ROLES, ROLES)
    def test_nobody_overrules_one_above_himself(self, mine: TeamRole, invited: TeamRole, inviter: TeamRole) -> None:
        above = RANK[invited] > RANK[mine] or RANK[inviter] > RANK[mine]
        assert may_overrule(mine, invited, inviter) is (mine != "member" and not above)

    @given(ROLES)
    def test_anyone_may_leave(self, mine: TeamRole) -> None:
        assert may_remove(mine, mine, myself=True)

    @pytest.mark.parametrize(("role", "may"), [("owner", True), ("admin", False), ("member", False)])
    def test_only_an_owner_deletes(self, role: TeamRole, may: bool) -> None:
        assert may_delete(role) is may
