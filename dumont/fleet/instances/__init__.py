"""What is known and asked of an environment, whatever machine it is on."""
