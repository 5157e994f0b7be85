"""The fleet: accounts at clouds, instances, what is done with them, their machines, and what these cost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011_fleet"
down_revision = "0010_market_hours"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.Float(53)
PRICE = sa.Numeric(20, 9)
MONEY = sa.Numeric(20, 6)
INSTALLATION = "fleet_installation"
ACCOUNTS = "fleet_accounts"
INSTANCES = "fleet_instances"
OPERATIONS = "fleet_operations"
EVENTS = "fleet_events"
RACES = "fleet_races"
RENTALS = "fleet_rentals"
COSTS = "fleet_costs"
LIFE = ("attempted", "settle", "accepted", "running", "ssh", "agent", "ready", "checked", "beat", "end_asked", "ended")


def upgrade() -> None:
    _installation()
    _accounts()
    _instances()
    _operations()
    _events()
    _races()
    _rentals()
    _costs()


def _installation() -> None:
    op.create_table(
        INSTALLATION,
        sa.Column("one", sa.Boolean, primary_key=True, server_default=sa.text("true")),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_fleet_installation_one")),
    )


def _accounts() -> None:
    op.create_table(
        ACCOUNTS,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("sealed", "fingerprint")],
        *[sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "list_at")],
        sa.Column("claim", sa.Uuid),
        *[sa.Column(name, MOMENT) for name in ("claimed_until", "listed_at", "complete_at")],
        *[
            sa.Column(name, sa.Integer, nullable=False, server_default="0")
            for name in ("machines", "strangers", "failures")
        ],
        *[sa.Column(name, sa.Text) for name in ("error_code", "error")],
    )
    op.create_index("ix_fleet_accounts_list_at", ACCOUNTS, ["list_at"])
    op.create_index(
        "uq_fleet_accounts_whose",
        ACCOUNTS,
        ["provider", "user_id", "fingerprint"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _instances() -> None:
    op.create_table(
        INSTANCES,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Uuid) for name in ("user_id", "team_id")],
        *[sa.Column(name, sa.Text, nullable=False) for name in ("name", "state")],
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("look_at", MOMENT, nullable=False),
        sa.Column("wanted", JSONB, nullable=False),
        sa.Column("env_sealed", sa.Text),
        sa.Column("hibernation", JSONB, nullable=False, server_default=sa.text("'{}'")),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("host_key_sealed", "host_key_public")],
        *[
            sa.Column(name, sa.Uuid)
            for name in ("primary_rental_id", "standby_rental_id", "race_id", "operation_id", "snapshot_id")
        ],
        sa.Column("snapshot_at", MOMENT),
        *[
            sa.Column(name, sa.Uuid)
            for name in ("saving_id", "saving_command_id", "restore_id", "restore_command_id", "setup_command_id")
        ],
        sa.Column("onstart_command_id", sa.Uuid),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        *[
            sa.Column(name, MOMENT)
            for name in ("retry_at", "use_seen_at", "awake_since", "keep_awake_until", "warned_at", "until_at")
        ],
        sa.Column("until_action", sa.Text, nullable=False, server_default="hibernate"),
        sa.Column("released_at", MOMENT),
        sa.Column("keep_snapshot", sa.Boolean, nullable=False, server_default=sa.text("true")),
        *[sa.Column(name, sa.Text) for name in ("error_code", "error_message", "error_hint")],
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("destroyed_at", MOMENT),
        _refers(INSTANCES, "team_id", "teams", "SET NULL"),
        _refers(INSTANCES, "user_id", "users", "SET NULL"),
        sa.CheckConstraint(
            "(state = 'destroyed') = (destroyed_at IS NOT NULL)", name=op.f("ck_fleet_instances_destroyed")
        ),
        sa.CheckConstraint("state <> 'failed' OR error_code IS NOT NULL", name=op.f("ck_fleet_instances_reason")),
        sa.CheckConstraint(
            "state IN ('launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', "
            "'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed')",
            name=op.f("ck_fleet_instances_state"),
        ),
        sa.CheckConstraint(
            "wish IN ('running', 'paused', 'hibernated', 'on_standby', 'destroyed')",
            name=op.f("ck_fleet_instances_wish"),
        ),
    )
    _instances_indexes()


def _instances_indexes() -> None:
    op.create_index(
        "ix_fleet_instances_look_at", INSTANCES, ["look_at"], postgresql_where=sa.text("state <> 'destroyed'")
    )
    op.create_index("ix_fleet_instances_owner_id_created_at_id", INSTANCES, ["owner_id", "created_at", "id"])
    op.create_index(
        "uq_fleet_instances_name",
        INSTANCES,
        ["owner_id", "name"],
        unique=True,
        postgresql_where=sa.text("state <> 'destroyed'"),
    )


def _operations() -> None:
    op.create_table(
        OPERATIONS,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "state")],
        sa.Column("stage", sa.Text, nullable=False, server_default=""),
        sa.Column("stage_since", MOMENT, nullable=False),
        sa.Column("stages", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("percent", NUMBER, nullable=False, server_default="0"),
        sa.Column("eta_seconds", NUMBER),
        sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("requested_by", sa.Uuid),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.text("false")),
        *[sa.Column(name, sa.Text) for name in ("error_code", "error_message", "error_hint")],
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        _refers(OPERATIONS, "instance_id", INSTANCES, "CASCADE"),
        sa.CheckConstraint(
            "kind IN ('launch', 'pause', 'resume', 'hibernate', 'wake', 'snapshot', 'failover', 'half_life', "
            "'destroy', 'rehearsal')",
            name=op.f("ck_fleet_operations_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_fleet_operations_state")
        ),
    )
    op.create_index("ix_fleet_operations_instance_id_created_at_id", OPERATIONS, ["instance_id", "created_at", "id"])
    op.create_index(
        "uq_fleet_operations_open",
        OPERATIONS,
        ["instance_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def _events() -> None:
    op.create_table(
        EVENTS,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *[sa.Column(name, sa.Text) for name in ("from_state", "to_state")],
        *[sa.Column(name, sa.Text, nullable=False) for name in ("why", "who")],
        sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'")),
        _refers(EVENTS, "instance_id", INSTANCES, "CASCADE"),
    )
    op.create_index("ix_fleet_events_instance_id_at_id", EVENTS, ["instance_id", "at", "id"])


def _races() -> None:
    op.create_table(
        RACES,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("attempt_type", "state")],
        *[sa.Column(name, sa.Integer, nullable=False) for name in ("batch", "rounds_max")],
        sa.Column("round_seconds", NUMBER, nullable=False),
        sa.Column("round", sa.Integer, nullable=False, server_default="0"),
        sa.Column("round_began_at", MOMENT),
        sa.Column("winner_id", sa.Uuid),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("boots", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("expected_cost", MONEY),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        _refers(RACES, "instance_id", INSTANCES, "CASCADE"),
        sa.CheckConstraint("state IN ('running', 'won', 'lost', 'cancelled')", name=op.f("ck_fleet_races_state")),
    )
    op.create_index("ix_fleet_races_instance_id_started_at", RACES, ["instance_id", "started_at"])


def _rentals() -> None:
    op.create_table(
        RENTALS,
        sa.Column("id", sa.Uuid, primary_key=True),
        *[sa.Column(name, sa.Uuid, nullable=False) for name in ("instance_id", "account_id", "owner_id")],
        *[
            sa.Column(name, sa.Text, nullable=False)
            for name in ("role", "wanted", "stage", "label", "provider", "machine_id")
        ],
        sa.Column("host_id", sa.Text),
        sa.Column("offer_id", sa.Uuid),
        sa.Column("listed", JSONB, nullable=False),
        sa.Column("claim_key", sa.Text),
        sa.Column("spot", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("price_hour", PRICE, nullable=False),
        sa.Column("disk_hour", PRICE, nullable=False, server_default="0"),
        sa.Column("disk_gb", NUMBER, nullable=False),
        sa.Column("race_id", sa.Uuid),
        sa.Column("round", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempt_type", sa.Text),
        sa.Column("agent_token", sa.LargeBinary, nullable=False),
        sa.Column("agent_token_sealed", sa.Text),
        sa.Column("agent_facts", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("created_at", MOMENT, nullable=False),
        *[sa.Column(f"{name}_at", MOMENT) for name in LIFE],
        *[sa.Column(name, sa.Text) for name in ("why_ended", "provider_machine_id", "seen_state", "raw_state")],
        *[sa.Column(name, MOMENT) for name in ("seen_at", "absent_since")],
        sa.Column("absences", sa.Integer, nullable=False, server_default="0"),
        sa.Column("addresses", JSONB, nullable=False, server_default=sa.text("'[]'")),
        *[sa.Column(name, sa.Text) for name in ("error_code", "error_message")],
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("look_at", MOMENT, nullable=False),
        sa.Column("claim", sa.Uuid),
        sa.Column("claimed_until", MOMENT),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        *_referring(),
        sa.CheckConstraint("(stage = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_fleet_rentals_ended")),
        sa.CheckConstraint("role IN ('racer', 'primary', 'standby')", name=op.f("ck_fleet_rentals_role")),
        sa.CheckConstraint(
            "stage IN ('intended', 'creating', 'booting', 'running', 'ready', 'stopped', 'ending', 'ended')",
            name=op.f("ck_fleet_rentals_stage"),
        ),
        sa.CheckConstraint("wanted IN ('held', 'stopped', 'gone')", name=op.f("ck_fleet_rentals_wanted")),
        sa.CheckConstraint("stage <> 'ended' OR why_ended IS NOT NULL", name=op.f("ck_fleet_rentals_why")),
        sa.UniqueConstraint("label", name=f"uq_{RENTALS}_label"),
    )
    _rentals_indexes()


def _referring() -> list[sa.ForeignKeyConstraint]:
    return [
        _refers(RENTALS, "account_id", ACCOUNTS, "RESTRICT"),
        _refers(RENTALS, "instance_id", INSTANCES, "RESTRICT"),
    ]


def _rentals_indexes() -> None:
    op.create_index("ix_fleet_rentals_agent_token", RENTALS, ["agent_token"], unique=True)
    op.create_index("ix_fleet_rentals_ended_at", RENTALS, ["ended_at"])
    op.create_index("ix_fleet_rentals_instance_id_created_at", RENTALS, ["instance_id", "created_at"])
    op.create_index("ix_fleet_rentals_live", RENTALS, ["account_id"], postgresql_where=sa.text("stage <> 'ended'"))
    op.create_index(
        "ix_fleet_rentals_moving",
        RENTALS,
        ["account_id"],
        postgresql_where=sa.text(
            "stage IN ('creating', 'booting', 'running', 'ending') OR (wanted = 'stopped' AND stage = 'ready') "
            "OR absences > 0"
        ),
    )
    op.create_index("ix_fleet_rentals_look_at", RENTALS, ["look_at"], postgresql_where=sa.text("stage <> 'ended'"))
    op.create_index("ix_fleet_rentals_race_id", RENTALS, ["race_id"])
    op.create_index(
        "uq_fleet_rentals_claim",
        RENTALS,
        ["claim_key"],
        unique=True,
        postgresql_where=sa.text("claim_key IS NOT NULL AND stage <> 'ended'"),
    )


def _costs() -> None:
    op.create_table(
        COSTS,
        sa.Column("rental_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("price_hour", PRICE, nullable=False),
        sa.PrimaryKeyConstraint("rental_id", "kind", "since", name=f"pk_{COSTS}"),
        _refers(COSTS, "rental_id", RENTALS, "CASCADE"),
        sa.CheckConstraint("kind IN ('compute', 'disk')", name=op.f("ck_fleet_costs_kind")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_fleet_costs_span")),
    )
    op.create_index("ix_fleet_costs_open", COSTS, ["rental_id"], postgresql_where=sa.text("until IS NULL"))
    op.create_index("ix_fleet_costs_since", COSTS, ["since"])


def _refers(table: str, column: str, other: str, deleted: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=deleted)
