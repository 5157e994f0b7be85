"""Tests of the doors to instances."""
