"""What is particular of each cloud; what holds for all is in `test_every_provider.py`."""
