"""All SQL of reliability."""
