"""Scores of machines: days of telemetry, what is left of older ones, ratings, preferences of accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008_reliability_scores"
down_revision = "0007_reliability"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.Float(53)
MACHINES, DAYS, RATINGS = "reliability_machines", "reliability_days", "reliability_ratings"
PREFERENCES = "reliability_preferences"

# The machine's row is locked first, and each statement below sees what was committed before it: so of many who rate one
# machine at once, each counts the ratings of all that came before it.
RATE = """
CREATE FUNCTION reliability_rate(
    by_user uuid, in_provider text, in_machine text, stars integer, remark text, moment timestamptz,
    OUT outcome text, OUT average float8, OUT counted integer
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM reliability_machines m WHERE m.provider = in_provider AND m.machine_id = in_machine FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    IF NOT EXISTS (
        SELECT FROM reliability_attempts a
        WHERE a.provider = in_provider AND a.machine_id = in_machine AND a.user_id = by_user AND a.success
            AND a.type <> 'health_check'
    ) AND NOT EXISTS (
        SELECT FROM reliability_ratings r
        WHERE r.user_id = by_user AND r.provider = in_provider AND r.machine_id = in_machine
    ) THEN
        outcome := 'not_rented';
        RETURN;
    END IF;
    INSERT INTO reliability_ratings (user_id, provider, machine_id, rating, comment, at)
    VALUES (by_user, in_provider, in_machine, stars, remark, moment)
    ON CONFLICT (user_id, provider, machine_id) DO UPDATE SET rating = stars, comment = remark, at = moment;
    SELECT avg(r.rating)::float8, count(*)::integer INTO average, counted
    FROM reliability_ratings r WHERE r.provider = in_provider AND r.machine_id = in_machine;
    UPDATE reliability_machines m SET average_rating = average, ratings = counted
    WHERE m.provider = in_provider AND m.machine_id = in_machine;
    outcome := 'rated';
END $$
"""


def upgrade() -> None:
    for name in ("rentals", "interruptions"):
        op.add_column(MACHINES, sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.create_index(f"ix_{MACHINES}_machine_id", MACHINES, ["machine_id"])
    score = sa.text("coalesce(score_low, '-1'::float8)")
    op.create_index(f"ix_{MACHINES}_score", MACHINES, [score, "provider", "machine_id"])
    _days()
    _pasts()
    _ratings()
    _preferences()
    op.execute(sa.text(RATE.replace(":", "\\:")))


def _days() -> None:
    op.create_table(
        DAYS,
        *_machine(),
        sa.Column("day", sa.Date, nullable=False),
        *[
            sa.Column(name, NUMBER, nullable=False, server_default="0")
            for name in ("observed_seconds", "uptime_seconds")
        ],
        *[
            sa.Column(name, sa.Integer, nullable=False, server_default="0")
            for name in ("rentals", "interruptions", "gpu_samples")
        ],
        *[sa.Column(name, NUMBER) for name in ("gpu_temperature_mean", "gpu_utilisation_mean")],
        sa.Column("boot_histogram", ARRAY(sa.Integer), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("data_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "machine_id", "day", name=f"pk_{DAYS}"),
        sa.CheckConstraint("uptime_seconds BETWEEN 0 AND observed_seconds", name=op.f(f"ck_{DAYS}_uptime")),
        sa.CheckConstraint("interruptions BETWEEN 0 AND rentals", name=op.f(f"ck_{DAYS}_interruptions")),
    )
    op.create_index(f"ix_{DAYS}_day", DAYS, ["day"])


def _pasts() -> None:
    op.create_table(
        "reliability_pasts",
        *_machine(),
        sa.Column("until", sa.Date, nullable=False),
        *[_number(name) for name in ("observed_seconds", "uptime_seconds", "rentals", "interruptions")],
        sa.PrimaryKeyConstraint("provider", "machine_id", name="pk_reliability_pasts"),
    )
    op.create_table(
        "reliability_priors",
        sa.Column("provider", sa.Text, nullable=False),
        *[_number(name) for name in ("uptime", "kept", "rating", "interruptions_hour")],
        sa.Column("calculated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_reliability_priors"),
    )


def _ratings() -> None:
    op.create_table(
        RATINGS,
        sa.Column("user_id", sa.Uuid, nullable=False),
        *_machine(),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "provider", "machine_id", name=f"pk_{RATINGS}"),
        _owner(RATINGS),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f(f"ck_{RATINGS}_rating")),
    )
    op.create_index(f"ix_{RATINGS}_provider_machine_id", RATINGS, ["provider", "machine_id"])


def _preferences() -> None:
    op.create_table(
        PREFERENCES,
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("threshold", sa.Integer, nullable=False),
        *[sa.Column(name, sa.Boolean, nullable=False) for name in ("exclude_below_threshold", "sort_by_reliability")],
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=f"pk_{PREFERENCES}"),
        _owner(PREFERENCES),
        sa.CheckConstraint("threshold BETWEEN 0 AND 100", name=op.f(f"ck_{PREFERENCES}_threshold")),
    )


def _machine() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in ("provider", "machine_id")]


def _number(name: str) -> sa.Column[float]:
    return sa.Column(name, NUMBER, nullable=False)


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{table}_user_id", ondelete="CASCADE")
