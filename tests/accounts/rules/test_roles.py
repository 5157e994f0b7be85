"""Who may do what."""

from hypothesis import given
from hypothesis import strategies as st

from dumont.accounts.rules.roles import BY_ROLE, PERMISSIONS, AccountRole, allowed, beyond

ROLES = st.sampled_from(sorted(BY_ROLE))
SCOPES = st.frozensets(st.sampled_from(PERMISSIONS))


class TestRoles:
    def test_each_may_do_all_that_the_one_below_may(self) -> None:
        assert BY_ROLE["user"] < BY_ROLE["operator"] < BY_ROLE["admin"]

    def test_an_administrator_may_do_everything_there_is(self) -> None:
        assert BY_ROLE["admin"] == set(PERMISSIONS)


class TestAllowed:
    @given(ROLES, SCOPES)
    def test_is_what_both_role_and_scopes_allow(self, role: AccountRole, scopes: frozenset[str]) -> None:
        assert allowed(role, scopes) == BY_ROLE[role] & scopes

    @given(ROLES)
    def test_without_scopes_is_all_of_the_role(self, role: AccountRole) -> None:
        assert allowed(role) == BY_ROLE[role]

    @given(ROLES, SCOPES)
    def test_leaves_nothing_to_give_away_beyond_it(self, role: AccountRole, scopes: frozenset[str]) -> None:
        assert beyond(allowed(role, scopes), allowed(role)) == []
        assert set(beyond(scopes, allowed(role))) == scopes - BY_ROLE[role]
