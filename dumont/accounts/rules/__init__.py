"""What accounts decide, without asking anything outside: pure functions over plain values."""
