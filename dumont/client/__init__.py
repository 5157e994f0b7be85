"""The typed HTTP client: what the command line, and any other program, speaks to a Dumont server with."""
