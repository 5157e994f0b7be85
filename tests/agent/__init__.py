"""The agent, with real processes, sockets, folders and an SSH server; only its fleet is played."""
