"""Accounts: people, sessions, keys, teams, and the log that nobody can rewrite."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004_accounts"
down_revision = "0003_events"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# One statement each: asyncpg takes no more at a time. Rows of the default partition may be moved out and outlive their
# time, but only by the job that tends partitions, which says so in its transaction.
APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('dumont.tending', true) = 'on'
            -- Anyone can set that; only who owns the table may mean it.
            AND pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
)
# The month in which this runs; later ones are made ahead of time by a job, and the default catches what falls between.
PARTITIONS = (
    "CREATE TABLE audit_entries_default PARTITION OF audit_entries DEFAULT",
    """
    DO $$
    DECLARE first_day date := date_trunc('month', now() AT TIME ZONE 'UTC');
    BEGIN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF audit_entries FOR VALUES FROM (%L) TO (%L)',
            'audit_entries_' || to_char(first_day, 'YYYYMM'),
            to_char(first_day, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(first_day + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
        );
    END $$
    """,
)


def upgrade() -> None:
    _people()
    _sessions()
    _keys()
    _teams()
    _audit()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("session_version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_login_at", MOMENT),
        sa.Column("disabled_at", MOMENT),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint(
            "email = lower(email) AND email LIKE '_%@_%' AND length(email) <= 254", name=op.f("ck_users_email")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_users_name")),
        sa.CheckConstraint("role IN ('user', 'operator', 'admin')", name=op.f("ck_users_role")),
    )
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"])
    op.create_table(
        "password_resets",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        _owner("password_resets"),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_password_resets_hash")),
    )
    op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        _owner("sessions"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ip", sa.Text, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("spent_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_refresh_tokens_session_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_refresh_tokens_hash")),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_index(
        "uq_refresh_tokens_live",
        "refresh_tokens",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("spent_at IS NULL"),
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        _owner("api_keys"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
        sa.CheckConstraint("prefix ~ '^[0-9a-f]{12}$'", name=op.f("ck_api_keys_prefix")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_api_keys_hash")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_api_keys_name")),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_api_keys_scopes")),
    )
    op.create_index("ix_api_keys_user_id_created_at", "api_keys", ["user_id", "created_at"])
    op.create_table(
        "provider_keys",
        _owner("provider_keys"),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("ending", sa.Text, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "provider", "field", name="pk_provider_keys"),
        sa.CheckConstraint("provider ~ '^[a-z][a-z0-9_-]{1,31}$'", name=op.f("ck_provider_keys_provider")),
        sa.CheckConstraint("field ~ '^[A-Za-z][A-Za-z0-9_]{0,63}$'", name=op.f("ck_provider_keys_field")),
    )


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_teams_name")),
    )
    op.create_table(
        "team_members",
        _team("team_members"),
        _owner("team_members"),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_team_members"),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member')", name=op.f("ck_team_members_role")),
    )
    op.create_index("ix_team_members_user_id", "team_members", ["user_id"])
    op.create_table(
        "team_invitations",
        sa.Column("id", sa.Uuid, primary_key=True),
        _team("team_invitations"),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        _owner("team_invitations", column="invited_by"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.UniqueConstraint("team_id", "email", name="uq_team_invitations_team_id_email"),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_team_invitations_email")),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member')", name=op.f("ck_team_invitations_role")),
    )
    op.create_index("ix_team_invitations_email", "team_invitations", ["email"])
    op.create_index("ix_team_invitations_invited_by", "team_invitations", ["invited_by"])


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("api_key_id", sa.Uuid),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object_type", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("ip", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", "at", name="pk_audit_entries"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_audit_entries_at_id", "audit_entries", ["at", "id"])
    op.create_index("ix_audit_entries_actor_id_at", "audit_entries", ["actor_id", "at"])
    op.create_index("ix_audit_entries_object_type_object_id_at", "audit_entries", ["object_type", "object_id", "at"])
    for statement in (*APPEND_ONLY, *PARTITIONS):
        op.execute(sa.text(statement))


def _owner(table: str, *, column: str = "user_id") -> sa.Column[object]:
    key = sa.ForeignKey("users.id", name=f"fk_{table}_{column}", ondelete="CASCADE")
    return sa.Column(column, sa.Uuid, key, nullable=False)


def _team(table: str) -> sa.Column[object]:
    key = sa.ForeignKey("teams.id", name=f"fk_{table}_team_id", ondelete="CASCADE")
    return sa.Column("team_id", sa.Uuid, key, nullable=False)
