"""The thresholds that the settings of this server name."""

from datetime import timedelta

from dumont.platform.settings import Settings
from dumont.reliability.rules.limits import Limits


def limits_of(settings: Settings) -> Limits:
    return Limits(
        excellent_rate=settings.machine_excellent_rate,
        good_rate=settings.machine_good_rate,
        fair_rate=settings.machine_fair_rate,
        poor_rate=settings.machine_poor_rate,
        attempts_min=settings.machine_attempts_min,
        failures_in_row=settings.blacklist_failures_in_row,
        automatic=timedelta(days=settings.blacklist_automatic_days),
        temporary=timedelta(hours=settings.blacklist_temporary_hours),
        critical=frozenset(settings.blacklist_critical_reasons),
    )
