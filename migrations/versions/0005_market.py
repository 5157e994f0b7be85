"""The market: clouds, their offers, the history of prices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005_market"
down_revision = "0004_accounts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PRICE = sa.Numeric(12, 6)
NUMBER = sa.Float(53)


def upgrade() -> None:
    _providers()
    _offers()
    _price_changes()
    _model_hours()


def _providers() -> None:
    op.create_table(
        "market_providers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.Column("last_complete_at", MOMENT),
        sa.Column("last_started_at", MOMENT),
        sa.Column("last_finished_at", MOMENT),
        sa.Column("last_error_code", sa.Text),
        sa.Column("last_error", sa.Text),
        sa.Column("last_error_at", MOMENT),
        sa.Column("offers", sa.Integer, nullable=False),
        sa.Column("last_report", JSONB),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("shrunken", sa.Integer, nullable=False),
        sa.Column("claim", sa.Uuid),
        sa.Column("claimed_until", MOMENT),
        sa.PrimaryKeyConstraint("name", name="pk_market_providers"),
    )


def _offers() -> None:
    op.create_table(
        "market_offers",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("provider_offer_id", sa.Text, nullable=False),
        sa.Column("machine_id", sa.Text, nullable=False),
        sa.Column("host_id", sa.Text),
        sa.Column("gpu_name", sa.Text),
        sa.Column("gpu_count", sa.Integer, nullable=False),
        sa.Column("vram_gb", NUMBER, nullable=False),
        *[sa.Column(name, NUMBER) for name in ("cpu_cores", "ram_gb", "disk_gb", "inet_down_mbps", "inet_up_mbps")],
        sa.Column("cuda_max", NUMBER),
        *[sa.Column(name, sa.Text) for name in ("driver", "region", "country")],
        *[sa.Column(name, PRICE) for name in ("price_hour", "spot_price_hour")],
        *[sa.Column(name, PRICE) for name in ("storage_price_gb_month", "egress_price_gb")],
        sa.Column("provider_reliability", NUMBER),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("available", sa.Boolean, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT),
        sa.Column("gone_at", MOMENT),
        sa.Column("digest", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_market_offers"),
        sa.UniqueConstraint("provider", "provider_offer_id", name="uq_market_offers_provider_provider_offer_id"),
        sa.ForeignKeyConstraint(["provider"], ["market_providers.name"], name="fk_market_offers_provider"),
        sa.CheckConstraint(
            "gone_at IS NULL OR (last_seen IS NOT NULL AND NOT available AND digest IS NULL)",
            name=op.f("ck_market_offers_gone"),
        ),
    )
    op.create_index("ix_market_offers_provider_revision", "market_offers", ["provider", "revision"])
    gone = sa.text("gone_at IS NOT NULL")
    op.create_index("ix_market_offers_gone_at", "market_offers", ["gone_at"], postgresql_where=gone)


def _price_changes() -> None:
    op.create_table(
        "market_price_changes",
        sa.Column("offer_id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("gpu_name", sa.Text),
        sa.Column("gpu_count", sa.Integer, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("price_hour", PRICE),
        sa.Column("spot_price_hour", PRICE),
        sa.PrimaryKeyConstraint("offer_id", "at", name="pk_market_price_changes"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_market_price_changes_gpu_name_at", "market_price_changes", ["gpu_name", "at"])
    _partitions("market_price_changes")


def _model_hours() -> None:
    op.create_table(
        "market_model_hours",
        sa.Column("gpu_name", sa.Text, nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        *[sa.Column(name, PRICE) for name in ("lowest", "median", "highest", "spot_lowest")],
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("gpu_name", "hour", "provider", name="pk_market_model_hours"),
        postgresql_partition_by="RANGE (hour)",
    )
    _partitions("market_model_hours")


def _partitions(table: str) -> None:
    """The month in which this runs; later ones are made ahead by a job, and the default takes what falls between."""
    op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    op.execute(
        f"""
        DO $$
        DECLARE first_day date := date_trunc('month', now() AT TIME ZONE 'UTC');
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF {table} FOR VALUES FROM (%L) TO (%L)',
                '{table}_' || to_char(first_day, 'YYYYMM'),
                to_char(first_day, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(first_day + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
            );
        END $$
        """
    )
