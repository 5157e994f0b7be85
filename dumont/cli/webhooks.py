"""`dumont webhooks`: addresses of one's own that are told of what happens to instances and budgets."""

from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import NotFound
from dumont.cli.prompts import secret
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

if TYPE_CHECKING:
    from dumont.client.models import Webhook

app = Verbs("Addresses of yours that are told of what happens.")
COLUMNS = [
    Column("id", lambda hook: hook["id"]),
    Column("name", lambda hook: hook["name"]),
    Column("address", lambda hook: f"{hook['host']}/…{hook['ending']}"),
    Column("form", lambda hook: hook["form"]),
    Column("told of", lambda hook: hook["topics"]),
    Column("on", lambda hook: hook["enabled"]),
]
DELIVERIES = [
    Column("at", lambda each: moment(each["created_at"])),
    Column("what", lambda each: each["topic"]),
    Column("state", lambda each: each["state"]),
    Column("tries", lambda each: each["tries"], right=True),
    Column("answer", lambda each: each["status"], right=True),
    Column("text", lambda each: each["error"] or each["text"]),
]
TOPICS = (
    "idle_soon", "unused", "hibernated", "woken", "interrupted", "failed_over", "launch_failed",
    "run_done", "run_failed", "standby_trouble",
    "paid_hours_end", "key_refused", "snapshots_end", "repository_harmed",
    "budget_near", "budget_over",
)  # fmt: skip
Hook = Annotated[str, typer.Argument(help="Name or id of the webhook.", metavar="WEBHOOK")]


@app.verb("ls", "dumont webhooks ls", "dumont webhooks ls --json")
def list_webhooks(session: Session) -> None:
    """List your webhooks; their addresses are kept sealed."""
    session.screen.items(session.accounts.webhooks(), COLUMNS)


@app.verb(
    "add",
    "dumont webhooks add 'our chat' --slack --on interrupted --on budget_over",
    "pass show hook | dumont webhooks add pager --url-stdin",
)
def add(
    session: Session,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    on: Annotated[
        list[str] | None, typer.Option("--on", help=f"Repeat for more; all, otherwise: {', '.join(TOPICS)}.")
    ] = None,
    *,
    slack: Annotated[bool, typer.Option("--slack", help="A line of text alone, as chats take it.")] = False,
    url_stdin: Annotated[bool, typer.Option("--url-stdin", help="Read the address from standard input.")] = False,
) -> None:
    """Make a webhook, and print the secret that signs its messages, this once. Its address is asked for."""
    url = secret("Address", from_input=url_stdin, otherwise="Pipe it in, with --url-stdin.")
    wish = {"name": name, "url": url, "form": "slack" if slack else "json", "topics": on or list(TOPICS)}
    made = session.accounts.create_webhook(wish)
    session.screen.one(made, [Column("secret", lambda it: it["secret"]), *COLUMNS], identity="secret")
    session.done("Keep the secret now: it is not shown again.")


@app.verb("test", "dumont webhooks test 'our chat'")
def test(session: Session, webhook: Hook) -> None:
    """Send a test. `dumont webhooks log` tells what came of it."""
    session.screen.one(session.accounts.test_webhook(_named(session, webhook)["id"]), DELIVERIES)


@app.verb("log", "dumont webhooks log 'our chat'", "dumont webhooks log pager -n 5 --json")
def log(session: Session, webhook: Hook, limit: Limit = 20, all: All = False) -> None:  # noqa: A002 - the option's name
    """What was sent to a webhook and what came of it, newest first."""
    found = session.accounts.webhook_deliveries(_named(session, webhook)["id"], limit=None if all else limit)
    session.screen.pages(found, DELIVERIES)


@app.verb("pause", "dumont webhooks pause pager")
def pause(session: Session, webhook: Hook) -> None:
    """Tell it nothing until `dumont webhooks resume`."""
    session.screen.one(_turned(session, webhook, on=False), COLUMNS)


@app.verb("resume", "dumont webhooks resume pager")
def resume(session: Session, webhook: Hook) -> None:
    """Tell it again."""
    session.screen.one(_turned(session, webhook, on=True), COLUMNS)


@app.verb("rm", "dumont webhooks rm pager", "dumont webhooks rm pager --yes")
def remove(session: Session, webhook: Hook, yes: Yes = False) -> None:
    """Remove a webhook, with what was sent to it."""
    found = _named(session, webhook)
    session.confirm(f"{found['name']} will be told nothing any more.", yes=yes)
    session.accounts.delete_webhook(found["id"])
    session.done(f"Removed {found['name']}.")


def _turned(session: Session, webhook: str, *, on: bool) -> "Webhook":
    return session.accounts.change_webhook(_named(session, webhook)["id"], {"enabled": on})


def _named(session: Session, webhook: str) -> "Webhook":
    for each in session.accounts.webhooks()["items"]:
        if webhook in (each["name"], each["id"]):
            return each
    raise NotFound(f"There is no webhook {webhook}.", hint="`dumont webhooks ls` lists all of yours.")
