"""All SQL of accounts, a file for each of its topics."""
