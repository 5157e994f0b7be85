"""Reads a task file, as SkyPilot has them, into the wish of a launch; what we do not do is refused by its name."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dumont.basics.errors import Invalid

SUFFIXES = (".yaml", ".yml")
FIELDS = ("name", "resources", "setup", "run", "envs", "secrets", "file_mounts", "workdir", "num_nodes")
CLOUDS = {"lambda": "lambda", "lambda_labs": "lambda", "kubernetes": None}
AT_LEAST = re.compile(r"(\d+(?:\.\d+)?)\+?")
DISK = re.compile(r"(\d+(?:\.\d+)?)\s*(?:gb?)?", re.IGNORECASE)
URI = re.compile(r"[a-z0-9]+://")


@dataclass(frozen=True, slots=True)
class Upload:
    source: Path
    target: str
    """Within the workspace, or from the root of the machine."""


@dataclass(frozen=True, slots=True)
class Task:
    wish: Mapping[str, Any] = field(default_factory=dict)
    """As `POST /instances` takes it, without the script."""
    setup: str = ""
    run: str = ""
    uploads: tuple[Upload, ...] = ()


def named(words: list[str]) -> Path | None:
    """The task file, where the words of a launch are the name of one."""
    return Path(words[0]).expanduser() if len(words) == 1 and words[0].endswith(SUFFIXES) else None


def read(path: Path) -> Task:
    import yaml  # only who has a task file waits for its reader

    try:
        found = yaml.safe_load(path.expanduser().read_text())
    except OSError as error:
        raise Invalid(f"{path} can't be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is no YAML: {' '.join(str(error).split())}.") from None
    return task_of(found, path.expanduser().resolve().parent)


def task_of(found: Any, folder: Path) -> Task:
    """Paths are read from `folder`, as whoever wrote them meant."""
    told = _mapping(found, "the file")
    for name in told:
        if name not in FIELDS:
            raise _refused(str(name))
    if told.get("num_nodes") not in (None, 1):
        raise Invalid("num_nodes must be 1.", hint="One task runs on one machine here.")
    env = {**_env(told, "envs"), **_env(told, "secrets")}
    wish = {**_resources(_mapping(told.get("resources") or {}, "resources")), **({"env": env} if env else {})}
    name = told.get("name")
    return Task(
        wish={**wish, **({"name": _text(name, "name")} if name else {})},
        setup=_text(told.get("setup") or "", "setup").strip(),
        run=_text(told.get("run") or "", "run").strip(),
        uploads=tuple(_uploads(told, folder)),
    )


def under(task: Task, wish: Mapping[str, Any]) -> dict[str, Any]:
    """What was said at the command line wins over the file."""
    said = {key: value for key, value in wish.items() if value not in (None, "", False, [], {})}
    merged = {**wish, **task.wish, **said}
    own = wish["filters"]
    of_file = {} if "q" in own else task.wish.get("filters", {})
    return {
        **merged,
        "filters": {**of_file, **own},
        "env": {**task.wish.get("env", {}), **wish.get("env", {})},
    }


def scripts(task: Task, token: str = "", onstart: str = "") -> tuple[str, str]:
    """What prepares each start, `onstart` behind the file's, and what is run behind that. With a token the machine
    first says where its workspace is; what has to be brought there is waited for by the run."""
    steps = (f"bash -ec {shlex.quote(task.setup)}" if task.setup else "", _as_one(onstart))
    setup = " && ".join(step for step in steps if step)
    run = _as_one(task.run)
    if not token:
        return setup, run
    ready = f"until [ -e {marker(token)} ]; do sleep 1; done"
    both = " && ".join(part for part in (setup, run) if part)
    return f"pwd > {place(token)}", f"{ready}; {both}" if both else ""


def _as_one(script: str) -> str:
    return f"bash -c {shlex.quote(script)}" if script else ""


def place(token: str) -> str:
    """Where a machine says which folder is its workspace."""
    return f"/tmp/.dumont-{token}"  # noqa: S108 - the token is drawn by chance


def marker(token: str) -> str:
    """In the workspace, so that it is there after a wake as well."""
    return f".dumont-{token}"


def _resources(told: Mapping[str, Any]) -> dict[str, Any]:
    wish: dict[str, Any] = {}
    filters: dict[str, Any] = {} if told.get("accelerators") else {"gpu_count": 0}
    for name, value in told.items():
        read_one = READERS.get(str(name))
        if read_one is None:
            raise _refused(f"resources.{name}")
        if value is not None:
            changes = read_one(value, f"resources.{name}")
            filters |= changes.pop("filters", {})
            wish |= changes
    return {**wish, "filters": filters}


def _accelerators(value: Any, where: str) -> dict[str, Any]:
    """`H100`, `H100:8`, `{H100: 8}`; of a list any may be taken, if all want as many."""
    if isinstance(value, Mapping):
        pairs = [(str(name), count) for name, count in value.items()]
    else:
        texts = value if isinstance(value, list) else [value]
        pairs = [(name, count or 1) for name, _, count in (_text(each, where).partition(":") for each in texts)]
    counts = {_count(count, where) for _, count in pairs}
    if len(counts) != 1:
        raise Invalid(f"{where} must want as many of each.", hint="Write one kind of GPU, or launch twice.")
    return {"filters": {"model": [name for name, _ in pairs], "gpu_count": counts.pop()}}


def _cloud(value: Any, where: str) -> dict[str, Any]:
    """`aws`, or as `infra` has it `aws/us-east-1`."""
    cloud, _, region = _text(value, where).lower().partition("/")
    if "/" in region:
        raise Invalid(f"{where} can't name a zone.", hint="Leave it at cloud/region.")
    known = CLOUDS.get(cloud, cloud)
    if known is None:
        raise Invalid(f"{where} can't be {cloud}.", hint="`dumont provider ls` lists the clouds.")
    wanted = {"provider": [known]} if cloud != "*" else {}
    return {"filters": {**wanted, **({"region": [region]} if region not in ("", "*") else {})}}


def _image(value: Any, where: str) -> dict[str, Any]:
    name = _text(value, where)
    if not name.startswith("docker:"):
        raise Invalid(f"{where} must be `docker:IMAGE`.", hint="Images of one cloud alone can't race at several.")
    return {"image": name.removeprefix("docker:")}


def _disk(value: Any, where: str) -> dict[str, Any]:
    found = DISK.fullmatch(str(value).strip())
    if not found:
        raise Invalid(f"{where} must be in GB, such as 256.")
    return {"disk_gb": float(found[1])}


def _ports(value: Any, where: str) -> dict[str, Any]:
    ports: list[int] = []
    for each in value if isinstance(value, list) else [value]:
        first, _, last = str(each).partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise Invalid(f"{where} must be numbers, such as 8888 or 8000-8010.")
        ports += range(int(first), int(last or first) + 1)
    return {"ports": ports}


def _autostop(value: Any, where: str) -> dict[str, Any]:
    """Minutes, yes or no, or `{idle_minutes, down}`; asleep for ever means destroyed only at the end of a TTL."""
    told = value if isinstance(value, Mapping) else {"idle_minutes": value}
    for name in told:
        if name not in ("idle_minutes", "down"):
            raise _refused(f"{where}.{name}")
    if told.get("down"):
        raise Invalid(
            f"{where}.down can't be: an idle instance sleeps, and its work is kept.", hint="Say --ttl --down."
        )
    minutes = told.get("idle_minutes")
    if isinstance(minutes, bool) or minutes is None:
        return {"hibernation": {"enabled": minutes is not False}}
    return {"hibernation": {"idle_seconds": _at_least(str(minutes).removesuffix("m"), where) * 60}}


def _floor(name: str) -> Callable[[Any, str], dict[str, Any]]:
    return lambda value, where: {"filters": {name: _at_least(value, where)}}


def _spot(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, bool):
        raise Invalid(f"{where} must be true or false.")
    return {"spot": value}


def _region(value: Any, where: str) -> dict[str, Any]:
    return {"filters": {"region": [_text(value, where)]}}


READERS: Mapping[str, Callable[[Any, str], dict[str, Any]]] = {
    "accelerators": _accelerators,
    "cloud": _cloud,
    "infra": _cloud,
    "region": _region,
    "cpus": _floor("min_cpu_cores"),
    "memory": _floor("min_ram_gb"),
    "disk_size": _disk,
    "use_spot": _spot,
    "ports": _ports,
    "image_id": _image,
    "autostop": _autostop,
}


def _uploads(told: Mapping[str, Any], folder: Path) -> Iterator[Upload]:
    workdir = told.get("workdir")
    if workdir is not None:
        yield Upload(_local(workdir, "workdir", folder, directory=True), ".")
    for target, source in _mapping(told.get("file_mounts") or {}, "file_mounts").items():
        yield Upload(_local(source, f"file_mounts.{target}", folder), str(target))


def _local(value: Any, where: str, folder: Path, *, directory: bool = False) -> Path:
    text = value if isinstance(value, str) else ""
    if not text or URI.match(text):
        raise Invalid(f"{where} must be a path of this computer.", hint="Fetch from buckets and git in `setup`.")
    path = folder / Path(text).expanduser()
    if not path.exists() or (directory and not path.is_dir()):
        raise Invalid(f"{where}: there is no {'folder' if directory else 'file'} {path}.")
    return path


def _env(told: Mapping[str, Any], where: str) -> dict[str, str]:
    found = _mapping(told.get(where) or {}, where)
    for name, value in found.items():
        if value is None or isinstance(value, Mapping | list):
            raise Invalid(f"{where}.{name} has no value.", hint="Write one.")
    return {str(name): str(value).lower() if isinstance(value, bool) else str(value) for name, value in found.items()}


def _mapping(value: Any, where: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(f"{where} must be `name: value` lines.")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{where} must be a text.")
    return value


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or int(value) < 1:
        raise Invalid(f"{where} must name a whole number of GPUs, such as H100:8.")
    return int(value)


def _at_least(value: Any, where: str) -> float:
    found = AT_LEAST.fullmatch(str(value).strip())
    if not found or isinstance(value, bool):
        raise Invalid(f"{where} must be a number, such as 8 or 8+.")
    return float(found[1])


def _refused(where: str) -> Invalid:
    return Invalid(f"{where} is not supported in a task file here.", hint=f"Supported: {', '.join(FIELDS)}.")
