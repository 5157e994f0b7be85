"""Verbs of the command line that run the server; the user's verbs are in `dumont/cli`, which knows no server."""
