"""What an instance runs behind its start script, and how that ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023_fleet_run"
down_revision = "0022_fleet_keep_awake"
branch_labels = None
depends_on = None

INSTANCES, COMMANDS = "fleet_instances", "fleet_commands"
KIND = "ck_fleet_commands_kind"
KINDS = "'setup', 'snapshot', 'restore', 'hook', 'run', 'shutdown', 'standing', 'check', 'logs'"


def upgrade() -> None:
    op.add_column(INSTANCES, sa.Column("run_command_id", sa.Uuid))
    op.add_column(INSTANCES, sa.Column("run", JSONB))
    op.drop_constraint(op.f(KIND), COMMANDS, type_="check")
    op.create_check_constraint(op.f(KIND), COMMANDS, sa.text(f"kind IN ({KINDS})"))
