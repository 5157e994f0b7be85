"""What Prometheus is told about jobs."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1200, 3600)

STARTED = Counter("dumont_jobs_started_total", "Runs begun.", ["name"])
ENDED = Counter("dumont_jobs_ended_total", "Runs ended, by what became of the job.", ["name", "outcome"])
TAKEN_OVER = Counter("dumont_jobs_taken_over_total", "Runs taken over from a worker that was lost.", ["name"])
SECONDS = Histogram("dumont_jobs_seconds", "Length of a run.", ["name"], buckets=_SECONDS)
WAIT_SECONDS = Histogram(
    "dumont_jobs_wait_seconds", "From the moment a job may run until it does.", ["name"], buckets=_SECONDS
)
RUNNING = Gauge("dumont_jobs_running", "Runs in this process.")
DEPTH = Gauge("dumont_jobs_depth", "Jobs not finished, in all of the queue.", ["state"])
DUTY_SECONDS = Histogram("dumont_duty_seconds", "Length of one round of a duty.", ["name"], buckets=_SECONDS)
DUTY_FAILURES = Counter("dumont_duty_failures_total", "Rounds of a duty that failed.", ["name"])
