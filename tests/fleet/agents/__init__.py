"""Tests of what agents say, and of what follows of it."""
