"""What each step of an instance writes: one file a kind of step, one transaction a step."""
