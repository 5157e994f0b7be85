"""The policies that ours is judged by: greedy and uniform progress, as "Can't Be Late" (NSDI'24) states them.

All have its safety net: at the last moment at which on demand can still do it, they change to it and stay; only a spot
machine that works already is kept until it is lost.
"""

from bench.spotwork.replay import ON_DEMAND, ROUNDING, WAIT, View


def greedy(view: View) -> int:
    """Spot while there is spot, else wait."""
    spot = _spot(view)
    if _last_moment(view):
        return _kept(view)
    return WAIT if spot is None else spot


def uniform_progress(view: View) -> int:
    """Never behind the straight line from nothing done to all done; ahead of it by two changeovers before it leaves."""
    if _last_moment(view):
        return _kept(view)
    if view.on == ON_DEMAND and _done(view) < _expected(view, ahead=2 * view.job.overhead_hours):
        return ON_DEMAND
    return uniform_progress_plain(view)


def uniform_progress_plain(view: View) -> int:
    """Without the hysteresis: leaves on demand for any spot."""
    if _last_moment(view):
        return _kept(view)
    spot = _spot(view)
    if spot is not None:
        return spot
    return ON_DEMAND if _done(view) < _expected(view) - ROUNDING else WAIT


def _spot(view: View) -> int | None:
    """The place where it runs, or else the first that is up."""
    if view.on >= 0:
        return view.on
    return next((place for place in range(len(view.traces)) if view.up(place)), None)


def _last_moment(view: View) -> bool:
    return view.left < view.work + view.job.overhead_hours + view.tick_hours


def _kept(view: View) -> int:
    return view.on if view.on >= 0 and view.warming < ROUNDING else ON_DEMAND


def _done(view: View) -> float:
    return view.job.work_hours - view.work


def _expected(view: View, ahead: float = 0.0) -> float:
    return (view.job.deadline_hours - view.left + ahead) * view.job.work_hours / view.job.deadline_hours
