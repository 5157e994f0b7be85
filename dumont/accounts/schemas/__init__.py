"""What the doors of accounts take and answer, a file for each of its topics."""
