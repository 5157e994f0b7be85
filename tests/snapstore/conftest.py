"""What all tests of the engine can ask for."""

from tests.snapstore.places import bucket_place, place, s3_server

__all__ = ["bucket_place", "place", "s3_server"]
