"""`dumont launch`: machines race, and the first one that is useful is yours; the cost is shown before."""

import secrets
import shlex
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dumont.basics.errors import Conflict, Invalid, OutOfFunds
from dumont.cli import bringing, kept, tasks
from dumont.cli.instances import GIVEN_UP, NoWait, OfTeam, follow, money, seconds_of, tell
from dumont.cli.running import DASHES, KeepsDashes
from dumont.cli.schedule import moment_of
from dumont.cli.screen import Column
from dumont.cli.session import Session
from dumont.cli.tasks import Task
from dumont.cli.verbs import Verbs, Yes

if TYPE_CHECKING:
    from dumont.client.models import Instance, LaunchPlan, SecondPlan

app = Verbs()
CANDIDATES = [
    Column("round", lambda each: each["round"], right=True),
    Column("machine", lambda each: f"{each['provider']}:{each['machine_id']}"),
    Column("gpu", lambda each: f"{each['gpu_count']}x {each['gpu_name']}" if each["gpu_name"] else "none"),
    Column("place", lambda each: each["region"]),
    Column("score", lambda each: each["reliability_score"], right=True),
    Column("boots", lambda each: f"{each['boot_seconds_p50']:.0f} s" if each["boot_seconds_p50"] else "-", right=True),
    Column("$/h", lambda each: money(each["price_hour"]), right=True),
]
Query = Annotated[
    list[str] | None, typer.Argument(help="What is needed, in words; a task file; or after `--` what to run.")
]
Idle = Annotated[float | None, typer.Option("-i", "--idle-minutes", help="Hibernates when idle for so long.")]
Restic = Annotated[
    str | None, typer.Option(help="Keeps the work in your own repository: restic:s3:https://host/bucket/box.")
]
RestoreFrom = Annotated[str | None, typer.Option(help="Begins with that repository's snapshot: `latest`, or an id.")]
OVER_BUDGET = "over_budget"
PUBLIC_KEYS = ("id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub")


@app.verb(
    "launch",
    "dumont launch --gpus 'RTX 4090'",
    "dumont launch '4090 x2 <0.5 EU' -c trainer --ttl 6h",
    "dumont launch -c box --gpus H100:1 -i 3 --parallel 5 --dry-run",
    "dumont launch --gpus A100:80GB:1 --spot --max-price 1.2 -y -q",
    "dumont launch --gpus L4 --deadline 2026-12-01T08:00Z --work-hours 20 -- python train.py",
    "dumont launch --gpus L4 -- python train.py --epochs 3",
    "dumont launch task.yaml -c trainer --env EPOCHS=3",
    "dumont launch --gpus L4 --restic restic:s3:https://s3.example.com/backups/box --restore-from latest",
    read_as=KeepsDashes,
)
def launch(
    session: Session,
    query: Query = None,
    name: Annotated[str | None, typer.Option("--name", "-c", help="For ssh; one is made up otherwise.")] = None,
    gpus: Annotated[str | None, typer.Option("--gpus", "--gpu", help="Such as `H100:1` or `RTX 4090`.")] = None,
    *,
    offer: Annotated[str | None, typer.Option(help="Id of an offer that races first.")] = None,
    provider: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    max_price: Annotated[str | None, typer.Option(help="Dollars an hour, of one machine.")] = None,
    spot: Annotated[bool, typer.Option("--spot", help="Machines that may be taken away, too.")] = False,
    deadline: Annotated[str | None, typer.Option(help="The work must be done by then; takes spot.")] = None,
    work_hours: Annotated[float | None, typer.Option(help="Of the work, undisturbed.", min=0.01)] = None,
    image: Annotated[str, typer.Option(help="Container image.")] = "",
    disk: Annotated[float | None, typer.Option(help="GB.", min=1)] = None,
    port: Annotated[list[int] | None, typer.Option(help="Besides 22; may be repeated.")] = None,
    env: Annotated[list[str] | None, typer.Option(help="NAME=value; may be repeated.")] = None,
    onstart: Annotated[str, typer.Option(help="Run after each start.")] = "",
    ssh_key: Annotated[Path | None, typer.Option(help="A public key; yours in ~/.ssh otherwise.")] = None,
    idle: Idle = None,
    ttl: Annotated[str | None, typer.Option(help="Ends after 30m, 6h, 2d.")] = None,
    down: Annotated[bool, typer.Option("--down", help="At its end it is destroyed, and not hibernated.")] = False,
    parallel: Annotated[int | None, typer.Option(help="Machines that race at once.", min=1, max=20)] = None,
    standby: Annotated[bool, typer.Option("--standby", help="With a CPU standby.")] = False,
    team: OfTeam = None,
    restic: Restic = None,
    restore_from: RestoreFrom = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only shows what would be done, and its cost.")] = False,
    no_wait: NoWait = False,
    yes: Yes = False,
) -> None:
    """Launch an instance. The plan with its cost is shown first."""
    words, ran = split(query)
    task = tasks.read(file) if (file := tasks.named(words)) else Task()
    token = _token(task, no_wait=no_wait)
    said = {
        "name": name,
        "team_id": None if team is None else session.accounts.team_id(team),
        "offer_id": offer,
        "filters": _filters([] if file else words, gpus, provider, region),
        "max_price_hour": max_price,
        "spot": spot or deadline is not None,
        "deadline": None if deadline is None else moment_of(deadline, "UTC"),
        "work_hours": work_hours,
        "image": image,
        "ports": port or [],
        "env": _env(env or []),
        "onstart": onstart,
        "ssh_keys": _keys(ssh_key),
        "standby": {"enabled": True} if standby else {},
        "restic": kept.told(restic, restore_from),
        **_end(ttl, down=down),
        **_said(disk, idle, parallel),
    }
    wish = tasks.under(task, said) | _begins(task, token, onstart, ran)
    if not _agreed(session, wish, dry_run=dry_run, yes=yes):
        return
    kept_too = restore_from is not None
    bring = partial(bringing.bring, session, uploads=task.uploads, token=token, key=ssh_key, kept=kept_too)
    _run(session, wish, wait=not no_wait, bring=bring)


def _check_use(wish: dict[str, Any]) -> None:
    """A machine into which nobody can log in, and that nothing runs on, would only cost."""
    if not any(wish.get(name) for name in ("ssh_keys", "onstart", "run", "image", "ports")):
        hint = "Make one with `ssh-keygen -t ed25519`, or say --ssh-key FILE."
        raise Invalid("There is no SSH key in ~/.ssh: nobody could log in.", hint=hint)


def _token(task: Task, *, no_wait: bool) -> str:
    """By which the machine knows that the files are there that it waits for."""
    if task.uploads and no_wait:
        raise Invalid("--no-wait leaves nobody to bring files.", hint="Take `workdir` and `file_mounts` out, or wait.")
    return secrets.token_hex(8) if task.uploads else ""


def _agreed(session: Session, wish: dict[str, Any], *, dry_run: bool, yes: bool) -> bool:
    """The plan is shown first, unless nobody wants to see it."""
    if not (dry_run or session.options.curl):
        _check_use(wish)
    if not dry_run and (yes or session.options.curl):
        return True
    plan = session.fleet.launch(wish | {"dry_run": True})["plan"]
    if plan is not None:
        _show(session, plan, whole=dry_run)
        refuse(plan)
    if not dry_run:
        session.confirm(price(plan), yes=yes)
    return not dry_run


def _run(session: Session, wish: dict[str, Any], *, wait: bool, bring: Callable[["Instance"], None]) -> None:
    launched = session.fleet.launch(wish)
    instance, operation = launched["instance"], launched["operation"]
    if instance is None or operation is None:
        return
    ended = follow(session, instance["name"], operation) if wait else operation
    tell(session, instance["name"], ended)
    if ended["state"] in GIVEN_UP:
        raise typer.Exit(1)
    if ended["state"] == "done":
        bring(instance)
        session.done(f"dumont ssh {instance['name']}")
        if wish["run"]:
            session.done(f"dumont logs {instance['name']} -f")


def _end(ttl: str | None, *, down: bool) -> dict[str, Any]:
    """Idle, it sleeps in any case."""
    if down and ttl is None:
        raise Invalid("--down says what is at the end of --ttl: an idle instance sleeps.", hint="Say --ttl 6h --down.")
    action = {"until_action": "destroy" if down else "hibernate"}
    return action if ttl is None else {**action, "ttl_seconds": seconds_of(ttl, "--ttl")}


def _said(disk: float | None, idle: float | None, parallel: int | None) -> dict[str, Any]:
    """What is not said is left to the server."""
    said = {
        "disk_gb": disk,
        "hibernation": None if idle is None else {"idle_seconds": idle * 60},
        "race": None if parallel is None else {"machines": parallel},
    }
    return {name: value for name, value in said.items() if value is not None}


def split(query: list[str] | None) -> tuple[list[str], str]:
    """Words before `--` say what is needed, those behind it what to run."""
    words = query or []
    if DASHES in words:
        at = words.index(DASHES)
        ran = words[at + 1 :]
        return words[:at], ran[0] if len(ran) == 1 else shlex.join(ran)  # one word is a line for the shell, as of `ssh`
    return words, ""


def _begins(task: Task, token: str, onstart: str, ran: str) -> dict[str, str]:
    """What is to run wins over the file's; what the file sets up comes before all that is said here."""
    if not (token or task.setup or task.run):
        return {"onstart": onstart, "run": ran}
    first, then = tasks.scripts(replace(task, run=ran or task.run), token, onstart)
    return {"onstart": first, "run": then}


def _filters(
    words: list[str], gpus: str | None, provider: list[str] | None, region: list[str] | None
) -> dict[str, Any]:
    said = " ".join([*words, *([gpus] if gpus else [])])
    found = {"q": said or None, "provider": provider, "region": region}
    return {key: value for key, value in found.items() if value}


def _env(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise Invalid(f"--env {pair!r} has no `=`.", hint="Write NAME=value.")
    return dict(pair.split("=", 1) for pair in pairs)


def _keys(given: Path | None) -> list[str]:
    if given is not None:
        try:
            return [given.expanduser().read_text().strip()]
        except OSError as error:
            raise Invalid(f"--ssh-key {given} can't be read: {error.strerror}.") from None
    folder = Path.home() / ".ssh"
    found = (folder / name for name in PUBLIC_KEYS)
    return [path.read_text().strip() for path in found if path.is_file()]


def refuse(plan: "LaunchPlan") -> None:
    """As the launch itself would."""
    if stopped := plan["stopped"]:
        kind = OutOfFunds if stopped["code"] == OVER_BUDGET else Conflict
        raise kind(stopped["message"], code=stopped["code"], hint=stopped["hint"])


def _show(session: Session, plan: "LaunchPlan", *, whole: bool) -> None:
    if session.screen.as_json or session.screen.quiet:
        if whole:
            session.screen.items({"items": plan["candidates"], **plan}, CANDIDATES, identity="offer_id")
        return
    session.screen.items({"items": plan["candidates"]}, CANDIDATES, identity="offer_id")
    for warning in plan["warnings"]:
        session.screen.say(" ".join(part for part in (warning["message"], warning["hint"]) if part))
    if plan["course"]:
        session.screen.say(plan["course"]["words"])
    if plan["prices"] and plan["race"]:
        session.screen.say(f"{price(plan)} {plan['race']['how']}")
    if plan["standby"]:
        session.screen.say(_second(plan["standby"]))


def _second(standby: "SecondPlan") -> str:
    kind = "A warm GPU machine" if standby["kind"] == "gpu" else "A CPU machine"
    if standby["price_hour"] is None:
        return f"{kind} at {standby['provider']} is wanted beside it; none fits now."
    return f"{kind} at {standby['provider']} stands by for ${money(standby['price_hour'])} an hour besides."


def price(plan: "LaunchPlan | None") -> str:
    if plan is None or not plan["prices"] or not plan["race"]:
        return "Nothing is known of its cost."
    prices, race = plan["prices"], plan["race"]
    day = f"${money(prices['day_hibernating'])} a day with {prices['busy_hours']:g} hours of use and a snapshot kept"
    losers = f"the race costs ${money(race['expected'])}, ${money(race['at_most'])} at most"
    return f"About ${money(prices['hour'])} an hour, {day}; {losers}."
