"""One file for each cloud that we speak with."""
