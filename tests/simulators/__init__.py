"""The simulated clouds, proven to be what they say."""
