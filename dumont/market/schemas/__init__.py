"""What the doors of the market take and answer, a file for each of its topics."""
