"""What a machine can check of the house rules: `python -m tests.tidy` lists every offence and its way out."""
