"""Reliability: machines and what was tried with them, the blacklist, and the two functions that write them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0007_reliability"
down_revision = "0006_provider_limits"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.Float(53)
MACHINES, ATTEMPTS, BLACKLIST = "reliability_machines", "reliability_attempts", "reliability_blacklist"

TOUCH = """
CREATE FUNCTION reliability_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$
"""

TOUCHED = f"""
CREATE TRIGGER reliability_touch BEFORE INSERT OR UPDATE ON {MACHINES}
FOR EACH ROW EXECUTE FUNCTION reliability_touch()
"""

# One entry stands for each machine and each "for whom". Whoever changes one holds the machine's row, or for an entry
# of one account an advisory lock of its own, so that the row read here is the one that is changed.
BLOCK = """
CREATE FUNCTION reliability_block(
    new_id uuid, in_provider text, in_machine text, for_user uuid, new_kind text, new_reason text,
    moment timestamptz, by_user uuid, until timestamptz,
    OUT outcome text, OUT id uuid, OUT kind text, OUT reason text, OUT expires_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    old reliability_blacklist;
    ranks CONSTANT text[] := ARRAY['temporary', 'automatic', 'manual'];
BEGIN
    IF for_user IS NULL THEN
        INSERT INTO reliability_machines AS known (provider, machine_id, noted_at)
        VALUES (in_provider, in_machine, moment)
        ON CONFLICT (provider, machine_id) DO UPDATE SET noted_at = greatest(known.noted_at, moment);
    ELSE
        PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws('/', in_provider, in_machine, for_user), 7));
    END IF;
    SELECT * INTO old FROM reliability_blacklist b
    WHERE b.provider = in_provider AND b.machine_id = in_machine AND b.user_id IS NOT DISTINCT FROM for_user
        AND b.ended_at IS NULL
    FOR UPDATE;
    IF old.expires_at <= moment THEN
        UPDATE reliability_blacklist b SET ended_at = old.expires_at, ended_why = 'expired' WHERE b.id = old.id;
        old := NULL;
    END IF;
    IF old.kind = new_kind THEN
        outcome := 'renewed';
        UPDATE reliability_blacklist b SET reason = new_reason, expires_at = greatest(old.expires_at, until)
        WHERE b.id = old.id RETURNING b.* INTO old;
    ELSIF array_position(ranks, old.kind) > array_position(ranks, new_kind) THEN
        outcome := 'kept';
    ELSE
        outcome := 'added';
        IF old.id IS NOT NULL THEN
            outcome := 'replaced';
            UPDATE reliability_blacklist b SET ended_at = moment, ended_by = by_user, ended_why = 'replaced'
            WHERE b.id = old.id;
        END IF;
        INSERT INTO reliability_blacklist
            (id, provider, machine_id, user_id, kind, reason, created_at, created_by, expires_at)
        VALUES (new_id, in_provider, in_machine, for_user, new_kind, new_reason, moment, by_user, until)
        RETURNING * INTO old;
    END IF;
    id := old.id;
    kind := old.kind;
    reason := old.reason;
    expires_at := old.expires_at;
END $$
"""

# Counts an attempt and decides about the machine under the lock of its row. `limits` are the settings of the caller;
# what is decided is told in words by `rules/blacklist.py`.
RECORD = """
CREATE FUNCTION reliability_record(
    attempt jsonb, limits jsonb,
    OUT recorded boolean, OUT total integer, OUT succeeded integer, OUT consecutive_failures integer,
    OUT outcome text, OUT entry_id uuid, OUT kind text, OUT reason text, OUT expires_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    of_provider CONSTANT text := attempt->>'provider';
    of_machine CONSTANT text := attempt->>'machine_id';
    moment CONSTANT timestamptz := attempt->>'at';
    failed_for CONSTANT text := attempt->>'reason';
    boot CONSTANT float8 := attempt->>'boot_seconds';
    counts CONSTANT integer := CASE WHEN limits->'says_nothing' ? (attempt->>'reason') THEN 0 ELSE 1 END;
    m reliability_machines;
    b record;
BEGIN
    SELECT * INTO m FROM reliability_machines k WHERE k.provider = of_provider AND k.machine_id = of_machine FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO reliability_machines (provider, machine_id, noted_at) VALUES (of_provider, of_machine, moment)
        ON CONFLICT DO NOTHING;
        SELECT * INTO m FROM reliability_machines k
        WHERE k.provider = of_provider AND k.machine_id = of_machine FOR UPDATE;
    END IF;
    recorded := NOT EXISTS (SELECT FROM reliability_attempts a WHERE a.id = (attempt->>'id')::uuid);
    IF recorded THEN
        INSERT INTO reliability_attempts
            (id, at, provider, machine_id, type, success, reason, message, seconds, boot_seconds, instance_id, user_id)
        VALUES (
            (attempt->>'id')::uuid, moment, of_provider, of_machine, attempt->>'type', failed_for IS NULL, failed_for,
            attempt->>'message', (attempt->>'seconds')::float8, boot, (attempt->>'instance_id')::uuid,
            (attempt->>'user_id')::uuid
        );
        m.noted_at := greatest(m.noted_at, moment);
        m.first_attempt_at := least(m.first_attempt_at, moment);
        m.last_attempt_at := greatest(m.last_attempt_at, moment);
        IF failed_for IS NULL THEN
            m.succeeded := m.succeeded + 1;
            m.consecutive_failures := 0;
            m.last_success_at := greatest(m.last_success_at, moment);
        ELSIF counts = 1 THEN
            m.failed := m.failed + 1;
            m.consecutive_failures := m.consecutive_failures + 1;
            m.last_failure_at := greatest(m.last_failure_at, moment);
            m.reasons := m.reasons
                || jsonb_build_object(failed_for, coalesce((m.reasons->>failed_for)::integer, 0) + 1);
        END IF;
        m.total := m.succeeded + m.failed;
        IF boot IS NOT NULL THEN
            m.boot_count := m.boot_count + 1;
            m.boot_seconds_sum := m.boot_seconds_sum + boot;
            IF cardinality(m.boot_histogram) = 0 THEN
                m.boot_histogram := array_fill(0, ARRAY[(limits->>'buckets')::integer]);
            END IF;
            m.boot_histogram[1 + (attempt->>'bucket')::integer] :=
                m.boot_histogram[1 + (attempt->>'bucket')::integer] + 1;
        END IF;
        UPDATE reliability_machines k SET
            noted_at = m.noted_at, total = m.total, succeeded = m.succeeded, failed = m.failed,
            consecutive_failures = m.consecutive_failures, first_attempt_at = m.first_attempt_at,
            last_attempt_at = m.last_attempt_at, last_success_at = m.last_success_at,
            last_failure_at = m.last_failure_at, boot_count = m.boot_count, boot_seconds_sum = m.boot_seconds_sum,
            boot_histogram = m.boot_histogram, reasons = m.reasons
        WHERE k.provider = of_provider AND k.machine_id = of_machine;
        IF failed_for IS NOT NULL AND counts = 1 THEN
            IF m.consecutive_failures >= (limits->>'failures_in_row')::integer THEN
                kind := 'automatic';
                reason := format('%s failures in a row, the last one %s', m.consecutive_failures, failed_for);
            ELSIF m.total >= (limits->>'attempts_min')::integer
                AND m.succeeded::float8 / m.total < (limits->>'poor_rate')::float8 THEN
                kind := 'automatic';
                reason := format('succeeded in %s of %s attempts', m.succeeded, m.total);
            ELSIF limits->'critical' ? failed_for THEN
                kind := 'temporary';
                reason := format('critical failure: %s', failed_for);
            END IF;
        END IF;
        IF kind IS NOT NULL THEN
            SELECT * INTO b FROM reliability_block(
                (attempt->>'entry_id')::uuid, of_provider, of_machine, NULL, kind, reason, moment, NULL,
                moment + make_interval(secs => (limits->>kind)::float8)
            );
            outcome := b.outcome;
            entry_id := b.id;
            kind := b.kind;
            reason := b.reason;
            expires_at := b.expires_at;
        END IF;
    END IF;
    total := m.total;
    succeeded := m.succeeded;
    consecutive_failures := m.consecutive_failures;
END $$
"""


def upgrade() -> None:
    _machines()
    _attempts()
    _blacklist()
    for statement in (TOUCH, TOUCHED, BLOCK, RECORD):
        op.execute(sa.text(statement.replace(":", "\\:")))


def _machines() -> None:
    op.create_table(
        MACHINES,
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("machine_id", sa.Text, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        *[_count(name) for name in ("total", "succeeded", "failed", "consecutive_failures")],
        sa.Column(
            "success_rate",
            NUMBER,
            sa.Computed("CASE WHEN total > 0 THEN succeeded::float8 / total END", persisted=True),
        ),
        *[sa.Column(f"{which}_at", MOMENT) for which in ("first_attempt", "last_attempt", "last_success")],
        sa.Column("last_failure_at", MOMENT),
        _count("boot_count"),
        sa.Column("boot_seconds_sum", NUMBER, nullable=False, server_default="0"),
        sa.Column("boot_histogram", ARRAY(sa.Integer), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("reasons", JSONB, nullable=False, server_default=sa.text("'{}'")),
        *[sa.Column(name, NUMBER) for name in ("score", "score_low", "score_high", "uptime_percentage")],
        *[sa.Column(name, NUMBER) for name in ("interruption_rate", "interruption_rate_hour", "average_rating")],
        *[_count(name) for name in ("ratings", "days")],
        *[sa.Column(name, MOMENT) for name in ("data_until", "calculated_at")],
        sa.Column("changed_xid", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("provider", "machine_id", name=f"pk_{MACHINES}"),
        sa.CheckConstraint("total = succeeded + failed", name=op.f(f"ck_{MACHINES}_total")),
    )
    op.create_index(f"ix_{MACHINES}_changed_xid", MACHINES, ["changed_xid"])
    noted = ["noted_at", "provider", "machine_id"]
    op.create_index(f"ix_{MACHINES}_noted_at_provider_machine_id", MACHINES, noted)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _attempts() -> None:
    op.create_table(
        ATTEMPTS,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("provider", "machine_id", "type")],
        sa.Column("success", sa.Boolean, nullable=False),
        *[sa.Column(name, sa.Text) for name in ("reason", "message")],
        *[sa.Column(name, NUMBER) for name in ("seconds", "boot_seconds")],
        *[sa.Column(name, sa.Uuid) for name in ("instance_id", "user_id")],
        sa.PrimaryKeyConstraint("id", "at", name=f"pk_{ATTEMPTS}"),
        sa.CheckConstraint("success = (reason IS NULL)", name=op.f(f"ck_{ATTEMPTS}_reason")),
        postgresql_partition_by="RANGE (at)",
    )
    machine = ["provider", "machine_id", "at", "id"]
    op.create_index(f"ix_{ATTEMPTS}_provider_machine_id_at_id", ATTEMPTS, machine)
    op.create_index(f"ix_{ATTEMPTS}_at", ATTEMPTS, ["at"])
    op.execute(f"CREATE TABLE {ATTEMPTS}_default PARTITION OF {ATTEMPTS} DEFAULT")
    op.execute(
        f"""
        DO $$
        DECLARE first_day date := date_trunc('month', now() AT TIME ZONE 'UTC');
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF {ATTEMPTS} FOR VALUES FROM (%L) TO (%L)',
                '{ATTEMPTS}_' || to_char(first_day, 'YYYYMM'),
                to_char(first_day, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(first_day + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
            );
        END $$
        """
    )


def _blacklist() -> None:
    op.create_table(
        BLACKLIST,
        sa.Column("id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("provider", "machine_id")],
        sa.Column("user_id", sa.Uuid),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "reason")],
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid),
        *[sa.Column(name, MOMENT) for name in ("expires_at", "ended_at")],
        sa.Column("ended_by", sa.Uuid),
        sa.Column("ended_why", sa.Text),
        sa.PrimaryKeyConstraint("id", name=f"pk_{BLACKLIST}"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{BLACKLIST}_user_id", ondelete="CASCADE"),
        sa.CheckConstraint("kind IN ('automatic', 'temporary', 'manual')", name=op.f(f"ck_{BLACKLIST}_kind")),
        sa.CheckConstraint("user_id IS NULL OR kind = 'manual'", name=op.f(f"ck_{BLACKLIST}_whose")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name=op.f(f"ck_{BLACKLIST}_ending")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        f"uq_{BLACKLIST}_standing",
        BLACKLIST,
        ["provider", "machine_id", "user_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=standing,
    )
    op.create_index(f"ix_{BLACKLIST}_expires_at", BLACKLIST, ["expires_at"], postgresql_where=standing)
    op.create_index(f"ix_{BLACKLIST}_created_at_id", BLACKLIST, ["created_at", "id"])
    op.create_index(f"ix_{BLACKLIST}_user_id", BLACKLIST, ["user_id"])
