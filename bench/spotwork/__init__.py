"""Work with a deadline on interruptible machines, replayed on what really happened."""
