"""The market, from its rules to its doors."""
