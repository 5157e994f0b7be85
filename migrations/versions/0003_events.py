"""The outbox of events, by day."""

from alembic import op

revision = "0003_events"
down_revision = "0002_jobs"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE events (
    id bigint NOT NULL DEFAULT nextval('events_id_seq'),
    kind text NOT NULL,
    topics text[] NOT NULL,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL,
    written timestamptz NOT NULL DEFAULT clock_timestamp(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    horizon xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot()),
    CONSTRAINT pk_events PRIMARY KEY (id, at),
    CONSTRAINT ck_events_kind CHECK (kind ~ '^[a-z0-9_]+[.][a-z0-9_]+$'),
    CONSTRAINT ck_events_payload CHECK (jsonb_typeof(payload) = 'object'),
    CONSTRAINT ck_events_horizon CHECK (horizon <= xid)
) PARTITION BY RANGE (at)
"""

# Only a start: the daily job makes those that follow, and the default partition takes what fits nowhere.
FIRST_DAYS = """
DO $$
DECLARE
    day date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    FOR ahead IN 0..7 LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
            'events_' || to_char(day + ahead, 'YYYYMMDD'),
            to_char(day + ahead, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(day + ahead + 1, 'YYYY-MM-DD') || ' 00:00:00+00'
        );
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE events_id_seq AS bigint")
    op.execute(TABLE)
    op.execute("ALTER SEQUENCE events_id_seq OWNED BY events.id")
    op.execute("CREATE INDEX ix_events_xid_id ON events (xid, id)")
    op.execute("CREATE TABLE events_default PARTITION OF events DEFAULT")
    op.execute(FIRST_DAYS)
