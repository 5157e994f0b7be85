"""`dumont up`, `dumont web` and `dumont worker`: the product in one process, or in parts."""

import gc
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dumont.platform.contexts import Context
    from dumont.platform.settings import Loaded

Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default="8000")]
Home = Annotated[Path | None, typer.Option(help="Folder of the embedded database, keys and files.")]
Demo = Annotated[bool, typer.Option("--demo", help="Beside simulated clouds, in a home of its own.")]


def up(host: Host = None, port: Port = None, home: Home = None, demo: Demo = False) -> None:
    """Run everything: API, web application, worker and an embedded database, on one port.

    \b
    Examples:
      dumont up
      dumont up --demo                  # nothing is rented: all clouds are simulated
      dumont up --port 9000 --home ~/dumont
      dumont up --host 0.0.0.0          # for others, too: set DUMONT_PUBLIC_URL
    """
    loaded = _settings(host=host, port=port, home=home)
    if not demo:
        _run(loaded, web=True, worker=True)
        return
    from dumont.main import demo as demonstration

    demonstration.refuse_real_database(loaded)
    _say("Simulated clouds: starting")
    with demonstration.simulated_clouds() as clouds:
        given = {"host": host, "port": port, "home": home}
        loaded = demonstration.demo_settings(loaded, clouds, _given(given))
        _run(loaded, web=True, worker=True, also=(demonstration.context(clouds),))


def web(host: Host = None, port: Port = None, home: Home = None) -> None:
    """Run the API and the web application; workers run elsewhere.

    \b
    Examples:
      dumont web --port 8001
      DATABASE_URL=postgresql://... dumont web --host 0.0.0.0
    """
    _run(_settings(host=host, port=port, home=home), web=True, worker=False)


def worker(home: Home = None) -> None:
    """Run one worker: it takes jobs from the database; run as many as you like, on any machine.

    \b
    Examples:
      dumont worker                     # beside `dumont up`, on the same home folder
      DATABASE_URL=postgresql://... dumont worker
    """
    _run(_settings(home=home), web=False, worker=True)


def _settings(**given: Any) -> "Loaded":
    from dumont.platform.settings import load

    return load(overrides=_given(given))


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _run(loaded: "Loaded", *, web: bool, worker: bool, also: "Sequence[Context]" = ()) -> None:
    gc.disable()  # while loading there is nothing to collect; it is enabled again when the process is ready
    from dumont.main.listening import listening_on
    from dumont.platform.telemetry import logs

    settings = loaded.settings
    for sentence in loaded.unknown:
        _say(f"Warning: {sentence}")
    logs.configure(settings)
    # Until the process has its own way to stop, SIGTERM ends it as Ctrl-C does, database and all.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        listening = stack.enter_context(listening_on(settings)) if web else None
        from dumont.main.database import database, keep_apart
        from dumont.main.processes import run

        if settings.embedded:
            keep_apart(settings)
            _say(f"Database: embedded, in {settings.home}")
        url = stack.enter_context(database(settings, watched=True))
        run(
            loaded,
            url,
            listening=listening,
            worker=worker,
            ready=lambda where: _tell_ready(where, worker=worker),
            also=also,
        )
    _say("Stopped. Everything is saved.")


def _tell_ready(where: str, *, worker: bool) -> None:
    if where == "worker":
        _say("Worker is running. Stop it with Ctrl-C.")
        return
    _say(f"\n  Dumont Cloud is running at {where}\n")
    _say("  Next: open it and sign in. On a new system the first account becomes the administrator.")
    if not worker:
        _say("  Jobs wait for a worker: `dumont worker`.")
    _say("  Stop with Ctrl-C.\n")


def _say(line: str) -> None:
    """To people, on stderr; standard output is left to programs."""
    print(line, file=sys.stderr, flush=True)
