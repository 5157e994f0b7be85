"""What the benchmarks of the fleet are made of."""
