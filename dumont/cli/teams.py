"""`dumont teams`: teams, who is in them, and invitations."""

from typing import Annotated, Literal

import typer

from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

app = Verbs("Teams and who is in them.")
TeamId = Annotated[str, typer.Argument(help="Id of the team.", metavar="TEAM")]
Role = Annotated[Literal["owner", "admin", "member"], typer.Option(help="What they will be in the team.")]
COLUMNS = [
    Column("id", lambda team: team["id"]),
    Column("name", lambda team: team["name"]),
    Column("you are", lambda team: team["my_role"]),
    Column("members", lambda team: team["member_count"], right=True),
    Column("created", lambda team: moment(team["created_at"])),
]
MEMBERS = [
    Column("id", lambda member: member["user_id"]),
    Column("member", lambda member: member["email"]),
    Column("name", lambda member: member["name"]),
    Column("role", lambda member: member["role"]),
    Column("joined", lambda member: moment(member["joined_at"])),
]
INVITATIONS = [
    Column("id", lambda invitation: invitation["id"]),
    Column("invited", lambda invitation: invitation["email"]),
    Column("role", lambda invitation: invitation["role"]),
    Column("until", lambda invitation: moment(invitation["expires_at"])),
]


@app.verb("ls", "dumont teams ls", "dumont teams ls --json")
def list_teams(session: Session, limit: Limit = 50, all: All = False) -> None:  # noqa: A002 - the option's name
    """List your teams."""
    session.screen.pages(session.accounts.teams(limit=None if all else limit), COLUMNS)


@app.verb("create", "dumont teams create Research", "TEAM=$(dumont teams create Research -q)")
def create(session: Session, name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Make a team; you are its owner."""
    session.screen.one(session.accounts.create_team(name), COLUMNS)


@app.verb("show", "dumont teams show 0197b8f2-7c11-7d2e-9a55-0242ac120002")
def show(session: Session, team: TeamId) -> None:
    """Show a team, its members and open invitations."""
    found = session.accounts.team(team)
    session.screen.one(found, COLUMNS)
    if session.screen.as_json or session.screen.quiet:
        return
    session.screen.lines([""])
    session.screen.items({"items": found["members"]}, MEMBERS)
    if found["invitations"]:
        session.screen.lines([""])
        session.screen.items({"items": found["invitations"]}, INVITATIONS)


@app.verb("invite", "dumont teams invite 0197b8f2-7c11-7d2e-9a55-0242ac120002 grace@example.com --role admin")
def invite(
    session: Session,
    team: TeamId,
    email: Annotated[str, typer.Argument(help="Whom to invite; an account can follow later.")],
    role: Role = "member",
) -> None:
    """Invite somebody to a team."""
    session.screen.one(session.accounts.invite(team, email=email, role=role), INVITATIONS)


@app.verb("rm", "dumont teams rm 0197b8f2-7c11-7d2e-9a55-0242ac120002")
def remove(session: Session, team: TeamId, yes: Yes = False) -> None:
    """Delete a team, for all of its members."""
    session.confirm("The team ends for all of its members.", yes=yes)
    session.accounts.delete_team(team)
    session.done(f"Deleted {team}.")
