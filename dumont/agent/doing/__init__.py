"""What a fleet may ask for: one file for each kind of command."""
