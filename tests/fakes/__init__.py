"""Stand-ins for the parts that do I/O, written by hand."""
