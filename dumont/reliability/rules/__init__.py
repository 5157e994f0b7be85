"""What follows from a machine's past, worked out without a database."""
