"""SQL of snapshots."""
