"""What accounts tell the contexts above them, and the pages that are open."""

from typing import ClassVar
from uuid import UUID

from dumont.platform.events import Event


class AccountOpened(Event):
    """Published once for each account; whatever every account has is made by listening to it."""

    kind: ClassVar[str] = "accounts.account_opened"

    user_id: UUID


class AccountChanged(Event):
    """Role, state, password or sessions: what this person may do must be looked at again."""

    kind: ClassVar[str] = "accounts.account_changed"

    user_id: UUID

    def topics(self) -> tuple[str, ...]:
        return (f"account:{self.user_id}", f"user:{self.user_id}")


class SessionEnded(Event):
    kind: ClassVar[str] = "accounts.session_ended"

    session_id: UUID
    user_id: UUID

    def topics(self) -> tuple[str, ...]:
        return (f"session:{self.session_id}", f"user:{self.user_id}")


class ChangeRecorded(Event):
    """There is a new line in the audit log."""

    kind: ClassVar[str] = "accounts.change_recorded"

    id: UUID
    action: str
    actor_id: UUID | None

    def topics(self) -> tuple[str, ...]:
        return ("audit", f"user:{self.actor_id}") if self.actor_id else ("audit",)


class AddressTaken(Event):
    """Someone tried to open a second account with this person's address."""

    kind: ClassVar[str] = "accounts.address_taken"

    user_id: UUID


class ResetAsked(Event):
    """Published for any address, so that the answer costs the same whether or not it has an account."""

    kind: ClassVar[str] = "accounts.reset_asked"

    email: str


class MemberInvited(Event):
    kind: ClassVar[str] = "accounts.member_invited"

    invitation_id: UUID
