"""What rentals cost, what a budget allows, and what sleep has saved."""
