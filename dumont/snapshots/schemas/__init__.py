"""What the doors of snapshots take and answer."""
