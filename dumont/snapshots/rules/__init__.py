"""What is decided about snapshots without looking anywhere."""
