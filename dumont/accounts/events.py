"""What accounts tell the contexts above them."""

from typing import ClassVar
from uuid import UUID

from dumont.platform.events import Event


class AccountOpened(Event):
    """Published once for each account; whatever every account has is made by listening to it."""

    kind: ClassVar[str] = "accounts.account_opened"

    user_id: UUID


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
