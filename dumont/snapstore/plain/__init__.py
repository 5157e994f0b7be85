"""The command line of the single file, and what every command line of snapshots says in the same words."""
