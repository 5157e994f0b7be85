"""What an hour of useful work cost in each hour, and each hour of a model by region too."""

import sqlalchemy as sa
from alembic import op

revision = "0010_market_hours"
down_revision = "0009_snapshots"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PRICE = sa.Numeric(12, 6)
HOURS, REGIONS = "market_model_hours", "market_region_hours"


def upgrade() -> None:
    op.add_column(HOURS, sa.Column("effective_lowest", PRICE))
    op.create_table(
        REGIONS,
        sa.Column("gpu_name", sa.Text, nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        *[sa.Column(name, PRICE) for name in ("lowest", "median", "highest", "spot_lowest", "effective_lowest")],
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("gpu_name", "hour", "provider", "region", name="pk_market_region_hours"),
        postgresql_partition_by="RANGE (hour)",
    )
    _partitions()


def _partitions() -> None:
    """The month in which this runs; later ones are made ahead by a job, and the default takes what falls between."""
    op.execute(f"CREATE TABLE {REGIONS}_default PARTITION OF {REGIONS} DEFAULT")
    op.execute(
        f"""
        DO $$
        DECLARE first_day date := date_trunc('month', now() AT TIME ZONE 'UTC');
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF {REGIONS} FOR VALUES FROM (%L) TO (%L)',
                '{REGIONS}_' || to_char(first_day, 'YYYYMM'),
                to_char(first_day, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(first_day + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
            );
        END $$
        """
    )
