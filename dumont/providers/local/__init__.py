"""Machines that are processes on this computer: a folder as disk, a supervisor, and a real SSH server."""
