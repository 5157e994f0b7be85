"""Two people in two browsers: one makes a team and invites, the other accepts, rises, and leaves."""

from playwright.sync_api import Page, expect

from tests.web.browsers import Browsers
from tests.web.people import Account, Installation
from tests.web.steps import choose, confirm, dialog, expect_title, expect_toast, from_row_menu


class TestATeam:
    def test_is_made_joined_and_left(self, browsers: Browsers, installation: Installation) -> None:
        owner, guest = installation.newcomer("Olga Weiss"), installation.newcomer("Ganesh Rao")
        page, other = browsers.window(owner), browsers.window(guest)
        self.olga_makes_it(page)
        self.and_invites(page, guest)
        self.ganesh_accepts(other)
        self.he_becomes_admin_and_may_invite(page, other)
        self.the_last_owner_cannot_leave(page)
        self.he_can(other)

    def olga_makes_it(self, page: Page) -> None:
        page.goto("/teams")
        page.get_by_role("button", name="Create team").first.click()
        dialog(page).get_by_label("Name", exact=True).fill("Protein folding")
        dialog(page).get_by_role("button", name="Create team").click()
        expect_title(page, "Protein folding")

    def and_invites(self, page: Page, guest: Account) -> None:
        invitations = page.get_by_role("region", name="Invitations")
        invitations.get_by_label("Email").fill(guest.email)
        invitations.get_by_role("button", name="Invite").click()
        expect_toast(page, "Invited")
        expect(invitations.get_by_role("listitem").filter(has_text=guest.email)).to_be_visible()

    def ganesh_accepts(self, other: Page) -> None:
        other.goto("/")
        expect(other.get_by_text("1 invitation waits for your answer")).to_be_visible()
        other.get_by_role("link", name="Look").click()
        expect(other.get_by_text("as member, from")).to_be_visible()
        other.get_by_role("button", name="Accept").click()
        expect_toast(other, "You are in Protein folding")
        other.get_by_role("link", name="Protein folding").click()
        expect_title(other, "Protein folding")
        expect(other.get_by_role("button", name="Delete team")).to_be_hidden()

    def he_becomes_admin_and_may_invite(self, page: Page, other: Page) -> None:
        page.reload()
        choose(page, page.get_by_role("combobox", name="Role of Ganesh Rao"), "Admin")
        expect_toast(page, "Ganesh Rao is admin now")
        other.reload()
        expect(other.get_by_role("button", name="Invite")).to_be_visible()

    def the_last_owner_cannot_leave(self, page: Page) -> None:
        from_row_menu(page, "Olga Weiss", "Leave team")
        dialog(page).get_by_role("button", name="Leave team").click()
        expect(dialog(page).get_by_role("alert")).to_contain_text("owner")
        dialog(page).get_by_role("button", name="Cancel").click()

    def he_can(self, other: Page) -> None:
        from_row_menu(other, "Ganesh Rao", "Leave team")
        confirm(other, "Leave team")
        expect(other.get_by_text("You are in no team yet")).to_be_visible()


class TestAnInvitation:
    def test_can_be_declined(self, browsers: Browsers, installation: Installation) -> None:
        owner, guest = installation.newcomer(), installation.newcomer()
        team = installation.does(owner, "POST", "/teams", {"name": "Weather"})
        wish = {"email": guest.email, "role": "member"}
        installation.does(owner, "POST", f"/teams/{team['id']}/invitations", wish)
        page = browsers.window(guest)
        page.goto("/teams")
        page.get_by_role("button", name="Decline").click()
        expect_toast(page, "Invitation declined")
        expect(page.get_by_text("You are in no team yet")).to_be_visible()

    def test_can_be_withdrawn(self, browsers: Browsers, installation: Installation) -> None:
        owner = installation.newcomer()
        team = installation.does(owner, "POST", "/teams", {"name": "Weather"})
        wish = {"email": "later@example.com", "role": "member"}
        installation.does(owner, "POST", f"/teams/{team['id']}/invitations", wish)
        page = browsers.window(owner)
        page.goto(f"/teams/{team['id']}")
        page.get_by_role("button", name="Withdraw the invitation of later@example.com").click()
        expect(page.get_by_text("Nobody is invited at the moment.")).to_be_visible()


class TestATeamOfOthers:
    def test_is_not_found(self, browsers: Browsers, installation: Installation) -> None:
        team = installation.does(installation.newcomer(), "POST", "/teams", {"name": "Private"})
        page = browsers.window(installation.newcomer())
        page.goto(f"/teams/{team['id']}")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_text("Private")).to_be_hidden()
