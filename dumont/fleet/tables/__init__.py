"""The tables of the fleet."""

from dumont.fleet.tables.agents import FleetBeat, FleetCommand, FleetMinute
from dumont.fleet.tables.drops import FleetDrop
from dumont.fleet.tables.extensions import FleetExtension
from dumont.fleet.tables.instances import FleetEvent, FleetInstance, FleetOperation, FleetRace
from dumont.fleet.tables.money import FleetBudget, FleetHibernation, FleetSchedule
from dumont.fleet.tables.rentals import FleetAccount, FleetCost, FleetInstallation, FleetRental
from dumont.fleet.tables.standby import FleetFailover, FleetStandby, FleetStandbyDefault

__all__ = [
    "FleetAccount",
    "FleetBeat",
    "FleetBudget",
    "FleetCommand",
    "FleetCost",
    "FleetDrop",
    "FleetEvent",
    "FleetExtension",
    "FleetFailover",
    "FleetHibernation",
    "FleetInstallation",
    "FleetInstance",
    "FleetMinute",
    "FleetOperation",
    "FleetRace",
    "FleetRental",
    "FleetSchedule",
    "FleetStandby",
    "FleetStandbyDefault",
]
