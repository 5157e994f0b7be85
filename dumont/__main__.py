"""The command `dumont`: the table of its words, each of which is loaded when it is called."""

import gc
import sys
from typing import Any, ClassVar

import typer
from typer.main import get_command

from dumont.cli.ending import guarded
from dumont.cli.light import lighten
from dumont.cli.nouns import LazyGroup, Table
from dumont.cli.verbs import HELP, root_options

TABLE: Table = {
    "Run the product": {
        "up": ("dumont.main.commands.up:up", "Run everything on this machine: API, web, worker, database."),
        "web": ("dumont.main.commands.up:web", "Run the API and the web application alone."),
        "worker": ("dumont.main.commands.up:worker", "Run one worker more, on this or another machine."),
        "doctor": ("dumont.main.commands.doctor:doctor", "Check everything that can be wrong, and say how to mend it."),
    },
    "Find a machine": {
        "search": ("dumont.cli.search:app", "Search the offers of all clouds, in words."),
        "offers": ("dumont.cli.offers:app", "The same with options: --gpu H100:80GB:1..8 --max-price 3 --spot."),
        "compare": ("dumont.cli.compare:app", "A few offers side by side, with the winner of each row."),
        "arbitrage": (
            "dumont.cli.arbitrage:app",
            "One GPU at two prices, what that saves, and good deals.",
        ),
    },
    "Run instances": {
        "launch": ("dumont.cli.launch:app", "Machines race, and the first one that is useful is yours."),
        "ls": ("dumont.cli.instance_verbs:ls", "Instances, what they do and what they cost."),
        "show": ("dumont.cli.instance_verbs:show", "One instance, with how to get in."),
        "ssh": ("dumont.cli.ssh:app", "Log in by name, wherever it is now."),
        "wake": ("dumont.cli.instance_verbs:wake", "Put an instance back on a machine, as it was."),
        "hibernate": ("dumont.cli.instance_verbs:hibernate", "Save the work and give the machine up."),
        "pause": ("dumont.cli.instance_verbs:pause", "Stop the machine and keep it."),
        "resume": ("dumont.cli.instance_verbs:resume", "Start a paused machine."),
        "save": ("dumont.cli.instance_verbs:save", "Take a snapshot of an instance."),
        "autostop": ("dumont.cli.instance_verbs:autostop", "Say when it hibernates by itself."),
        "keep-awake": ("dumont.cli.instance_verbs:awake", "Put off its sleep."),
        "why-awake": ("dumont.cli.instance_verbs:why", "Why it does not sleep."),
        "deadline": ("dumont.cli.deadlines:deadline", "Have its work done by then, the cheapest way."),
        "progress": ("dumont.cli.deadlines:progress", "How far work with a deadline is; or say it."),
        "half-life": ("dumont.cli.instance_verbs:half_life", "Keep it on its standby, without the GPU."),
        "failover": ("dumont.cli.instance_verbs:failover", "Act as if its machine were lost."),
        "schedule": ("dumont.cli.schedule:app", "Wake it or put it to sleep by the clock."),
        "standby": ("dumont.cli.standbys:app", "A second machine that takes over when the first is lost."),
        "events": ("dumont.cli.instance_verbs:events", "What has happened to it, and what happens."),
        "logs": ("dumont.cli.logs:logs", "What was written on its machine, and what comes."),
        "rm": ("dumont.cli.instance_verbs:remove", "Destroy it, with proof that nothing costs any more."),
    },
    "See the money": {
        "rentals": ("dumont.cli.fleet_money:rentals", "Every machine that costs money now."),
        "savings": ("dumont.cli.fleet_money:savings", "What sleeping has saved, with every row behind it."),
        "budget": ("dumont.cli.fleet_money:budget", "What may be spent, and what is."),
    },
    "As other tools call it": {
        "status": ("dumont.cli.peers:status", "ls."),
        "ps": ("dumont.cli.peers:ps", "ls."),
        "start": ("dumont.cli.peers:start", "wake."),
        "stop": ("dumont.cli.peers:stop", "hibernate: the disk is kept, as a snapshot."),
        "down": ("dumont.cli.peers:down", "rm."),
        "cost-report": ("dumont.cli.peers:cost_report", "rentals and savings."),
        "check": ("dumont.cli.peers:check", "provider test, of every cloud with a key."),
    },
    "Know machines": {
        "history": ("dumont.cli.history:app", "What machines did before, and the blacklist."),
        "rate": ("dumont.cli.rate:app", "Stars for a machine that you rented."),
    },
    "Keep folders": {
        "snapshots": ("dumont.cli.snapshots:app", "Folders kept in an object store, and put back fast."),
    },
    "Your account": {
        "login": ("dumont.cli.login:app", "Sign in to a server and remember it."),
        "logout": ("dumont.cli.logout:app", "Sign out, and forget the credentials."),
        "signup": ("dumont.cli.signup:app", "Open an account and sign in."),
        "whoami": ("dumont.cli.whoami:app", "Who is signed in, where, and what they may do."),
        "keys": ("dumont.cli.keys:app", "API keys, for programs that act for you."),
        "webhooks": ("dumont.cli.webhooks:app", "Addresses of yours that are told of what happens."),
        "teams": ("dumont.cli.teams:app", "Teams and who is in them."),
        "provider-keys": ("dumont.cli.provider_keys:app", "Keys of your accounts at GPU clouds."),
        "audit": ("dumont.cli.audit:app", "The log of who changed what."),
    },
    "Operate": {
        "jobs": ("dumont.cli.jobs:app", "What the server does in the background."),
        "schedules": ("dumont.cli.schedules:app", "Jobs that run by the clock."),
        "workers": ("dumont.cli.workers:app", "Processes that do the jobs."),
        "provider": ("dumont.cli.providers:app", "The clouds, how each stands, and reading their offers now."),
        "users": ("dumont.cli.users:app", "Everybody's accounts."),
        "config": ("dumont.main.commands.config:app", "The settings of this server, and where each comes from."),
        "db": ("dumont.main.commands.db:app", "The database: upgrade, status, export, import."),
        "secrets": ("dumont.main.commands.secrets:app", "The keys that stored secrets are sealed with."),
        "openapi": ("dumont.main.commands.openapi:openapi", "Print the document that describes the API."),
        "completion": ("dumont.cli.completion:app", "Print the script that completes words in your shell."),
        "version": ("dumont.cli.version:app", "The version of this command line, and of the server."),
    },
}


class Dumont(LazyGroup):
    table: ClassVar[Table] = TABLE


def main() -> None:
    """Ends the process with an exit code of `docs/guides/cli.md`."""
    gc.set_threshold(20_000, 20, 20)  # to walk through what is just being loaded took a fifth of a command's CPU
    sys.exit(guarded(command, sys.argv[1:]))


def command() -> Any:
    app = typer.Typer(
        cls=Dumont, name="dumont", rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=HELP
    )
    app.callback(no_args_is_help=True, epilog="`dumont WORD --help` has examples. Guide: docs/guides/cli.md")(
        root_options
    )
    return lighten(get_command(app))


if __name__ == "__main__":
    main()
