"""What is decided about instances and machines without looking anywhere."""
