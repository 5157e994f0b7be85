"""What ends a run from outside: its lease was lost, someone cancelled it, it took too long, its worker died."""

from dumont.basics.errors import Conflict, Unavailable


class LeaseLost(Exception):
    """Another worker does this job now: stop, and write nothing."""


class Cancelled(Exception):
    """Someone asked the job to stop."""


class DeadlinePassed(Unavailable):
    code = "deadline"
    hint = "It is tried again if it may be; a job that needs longer declares a longer deadline."


class WorkerLost(Unavailable):
    code = "worker_lost"
    hint = "Its worker was killed or froze. See the worker's log for the last thing it did."


class JobFinished(Conflict):
    code = "job_finished"


class JobNotFinished(Conflict):
    code = "job_not_finished"
    hint = "Only a failed or cancelled job can be run again."
