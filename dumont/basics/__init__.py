"""Small pure things that every floor may use."""
