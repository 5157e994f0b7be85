"""Changes the settings of an instance: what its owner may say anew at any time, and what its next machine is to be."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dumont import accounts
from dumont.basics.errors import Invalid
from dumont.fleet.instances import access, courses, keeping, moves, naming, ssh_keys, standbys
from dumont.fleet.instances.wishing import awake_until, refuse_gone
from dumont.fleet.rules.wanted import HibernationChange, RaceWish, Wanted
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetInstance
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

OF_WANTED = ("standby", "race", "ssh_keys", "onstart", "run", "max_price_hour", "spot", "deadline", "work_hours")
OF_COURSE = frozenset({"deadline", "work_hours", "spot", "standby"})
MAY_BE_NULL = frozenset({"max_price_hour", "until", "keep_awake_until", "deadline", "work_hours", "restic"})


async def change(work: Work, instance_id: UUID, given: Mapping[str, Any], vault: Vault | None = None) -> FleetInstance:
    """`given` holds what was said, by the names of the door; `vault` is for what of it is to be sealed."""
    instance = await access.instance(work, instance_id, to_change=True)
    refuse_gone(instance)
    for name in given:
        if given[name] is None and name not in MAY_BE_NULL:
            raise Invalid.field(name, "must not be null", hint="Leave it out to keep what it is.")
    if not given:
        return instance
    if "standby" in given:
        standbys.check(given["standby"], "standby.provider")
    before, script = _told(instance), _script(instance)
    await _apply(work, instance, given)
    if "restic" in given and vault is not None:
        await keeping.change(work, vault, instance, given["restic"])
    await naming.write(work, instance)
    await instances.poke(work.tx, [instance.id], work.now)
    after = _told(instance)
    anew = {"onstart"} if script != _script(instance) else set()
    anew |= {"restic"} if given.get("restic") is not None else set()
    differ = [name for name in after if before[name] != after[name] or name in anew]
    changed = {name: {"before": before[name], "after": after[name]} for name in differ}
    if changed:
        await moves.note(work, instance, "changed", f"Changed: {', '.join(changed)}.", who=f"user:{work.caller.me}")
        of = ("instance", instance.id)
        await accounts.audit.record(work, "instance.changed", of, f"Changed {instance.name}", details=changed)
    return instance


async def _apply(work: Work, instance: FleetInstance, given: Mapping[str, Any]) -> None:
    if "name" in given and given["name"] != instance.name:
        await naming.refuse_taken(work, instance.owner_id, given["name"], but=instance.id)
        instance.name = given["name"]
    if "hibernation" in given:
        wish: HibernationChange = given["hibernation"]
        own = {**instance.hibernation, **wish.model_dump(mode="json", exclude_unset=True)}
        instance.hibernation = {name: value for name, value in own.items() if value is not None}
    if "until" in given:
        if given["until"] is not None and given["until"] <= work.now:
            raise Invalid.field("until", "is over")
        instance.until_at = given["until"]
    if "until_action" in given:
        instance.until_action = given["until_action"]
    if "keep_awake_until" in given:
        instance.keep_awake_until = awake_until(work, given["keep_awake_until"], "keep_awake_until")
        instance.warned_at = None
    if "standby" in given:
        given = {**given, "standby": await standbys.of_change(work, instance, given["standby"])}
    _apply_wanted(work, instance, given)
    if "ssh_keys" in given:
        await standbys.give_keys_anew(work, instance)
    if "standby" in given:
        await standbys.change(work, instance, given["standby"])


def _apply_wanted(work: Work, instance: FleetInstance, given: Mapping[str, Any]) -> None:
    said = {name: given[name] for name in OF_WANTED if name in given}
    if not said:
        return
    if "ssh_keys" in said:
        said["ssh_keys"] = tuple(ssh_keys.checked(said["ssh_keys"]))
        instance.setup_command_id, instance.look_at = None, min(instance.look_at, instance.state_since)
    spot = courses.spot_before(instance)
    if "deadline" in said and said["deadline"] is None:
        said.setdefault("spot", spot)
    before = Wanted.model_validate(instance.wanted)
    if "race" in said:
        race: RaceWish = said["race"]
        said["race"] = before.race.model_copy(update=race.model_dump(exclude_unset=True))
    wanted = before.model_copy(update=said)
    instance.wanted = wanted.model_dump(mode="json")
    if OF_COURSE & said.keys():
        courses.check(wanted)
    if "deadline" in said or "work_hours" in said:
        courses.change(instance, wanted, work.now, spot_before=spot)


def _script(instance: FleetInstance) -> str:
    return Wanted.model_validate(instance.wanted).onstart


def _told(instance: FleetInstance) -> dict[str, Any]:
    """What may be kept in the log: no script, which may hold a secret, and of keys what they are known by."""
    wanted = Wanted.model_validate(instance.wanted)
    return {
        "name": instance.name,
        "hibernation": dict(instance.hibernation),
        "until": instance.until_at.isoformat() if instance.until_at else None,
        "until_action": instance.until_action,
        "keep_awake_until": instance.keep_awake_until.isoformat() if instance.keep_awake_until else None,
        "standby": wanted.standby.model_dump(mode="json"),
        "race": wanted.race.model_dump(mode="json"),
        "ssh_keys": [ssh_keys.fingerprint(key) for key in wanted.ssh_keys],
        "onstart": f"{len(wanted.onstart)} characters",
        "run": f"{len(wanted.run)} characters",
        "max_price_hour": str(wanted.max_price_hour) if wanted.max_price_hour is not None else None,
        "spot": wanted.spot,
        "restic": wanted.restic.address if wanted.restic else None,
        "deadline": wanted.deadline.isoformat() if wanted.deadline else None,
        "work_hours": wanted.work_hours,
    }
