"""What benchmarks of snapshots are made of: the tree, and one step in a process of its own."""
