"""The settings of the fleet: races, agents, when an instance sleeps, and second machines."""

from typing import Literal

from pydantic import BaseModel

from dumont.platform.declaring import DAY, HOUR, MINUTE, setting


class FleetSettings(BaseModel):
    fleet_race_machines: int = setting(5, "Machines that a race starts at once.", ge=1, le=20)
    fleet_race_rounds: int = setting(3, "Batches of machines that a race starts at most.", ge=1, le=10)
    fleet_race_seconds: float = setting(90, "Time that a batch of machines has to become useful.", ge=1, le=HOUR)
    fleet_list_seconds: float = setting(
        MINUTE, "Between two listings of an account's machines in which nothing is going on.", ge=0.1, le=HOUR
    )
    fleet_watch_seconds: float = setting(
        2, "Between two listings of an account whose machines are starting or ending.", ge=0.05, le=MINUTE
    )
    fleet_house_accounts: Literal["staff", "everyone"] = setting(
        "staff", "Who may rent with the house's own keys, and on this computer: operators and administrators, or all."
    )
    fleet_beat_seconds: float = setting(10, "Between two heartbeats of an agent.", ge=0.2, le=HOUR)
    fleet_missed_beats: int = setting(3, "So many heartbeats missed, the cloud is asked after the machine.", ge=1)
    fleet_deadman_seconds: float = setting(
        30 * MINUTE, "An agent that can't reach this server for so long saves its work and stops its machine.", ge=1
    )
    fleet_onstart_seconds: float = setting(
        10 * MINUTE, "An instance whose start script still runs after so long is handed over; the script goes on.", ge=0
    )
    fleet_idle_gpu_percent: float = setting(5, "GPUs below it are idle.", ge=0, le=100)
    fleet_idle_seconds: float = setting(3 * MINUTE, "An instance idle for so long is hibernated.", ge=1, le=DAY)
    fleet_idle_cpu_percent: float = setting(30, "Processors above it are busy.", ge=0, le=100)
    fleet_idle_network_mbps: float = setting(20, "A network above it is busy.", ge=0)
    fleet_grace_seconds: float = setting(
        5 * MINUTE, "Nothing is hibernated so soon after a start or a wake.", ge=0, le=DAY
    )
    fleet_warn_seconds: float = setting(MINUTE, "A hibernation is told so long before.", ge=0, le=HOUR)
    fleet_release_seconds: float = setting(
        30 * MINUTE, "Asleep for so long, an instance keeps nothing but its snapshot.", ge=0, le=30 * DAY
    )
    fleet_extend_seconds: float = setting(
        45 * MINUTE,
        "Where hours are paid ahead, more are bought so long before the end. A machine for which that fails is left, "
        "its work saved, when a third of it is left. Longer than fleet_deadman_seconds.",
        ge=60,
        le=DAY,
    )
    fleet_deadline_save_seconds: float = setting(
        10 * MINUTE, "Between two snapshots of work with a deadline: a loss costs no more of it.", ge=10, le=DAY
    )
    fleet_deadline_ask_seconds: float = setting(
        5 * MINUTE, "Work with a deadline is asked again so often what it is to run on.", ge=5, le=HOUR
    )
    fleet_standby_provider: str = setting("gcp", "Where standby machines are rented.")
    fleet_standby_type: str = setting("e2-medium", "Which machines stand by; empty takes the cheapest.")
    fleet_standby_sync_seconds: int = setting(60, "Between two copies of a workspace to its standby.", ge=5, le=DAY)
