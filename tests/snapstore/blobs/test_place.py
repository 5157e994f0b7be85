"""Where a bucket is said to be, and what may not be said."""

import pytest

from dumont.snapstore.blobs import Keys, open_blobs
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.blobs.place import place_of
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.wire import Origin
from dumont.snapstore.errors import BadRequest


class TestPlace:
    def test_is_a_host_at_amazon(self) -> None:
        place = place_of("s3://backups/of/me", region="eu-west-3")
        assert place.origin == Origin(True, "backups.s3.eu-west-3.amazonaws.com", 443)
        assert (place.path, place.prefix) == ("", "of/me/")

    def test_is_a_path_where_no_certificate_fits_the_host(self) -> None:
        place = place_of("s3://my.backups")
        assert place.origin.host == "s3.us-east-1.amazonaws.com"
        assert (place.path, place.prefix) == ("/my.backups", "")

    def test_is_a_path_behind_an_endpoint(self) -> None:
        place = place_of("s3://backups//a//b/", endpoint="http://127.0.0.1:9000/below/")
        assert place.origin == Origin(False, "127.0.0.1", 9000)
        assert (place.path, place.prefix) == ("/below/backups", "a/b/")
        assert place.address == "s3://backups/a/b"

    def test_knows_what_cloudflare_calls_its_region(self) -> None:
        assert place_of("s3://b", endpoint="account.r2.cloudflarestorage.com").region == "auto"

    @pytest.mark.parametrize("address", ["s3://", "s3:///x", "s3://AKID:secret@bucket/x", "s3://a b/x", "http://b/x"])
    def test_refuses_without_saying_it_again(self, address: str) -> None:
        with pytest.raises(BadRequest) as error:
            place_of(address)
        assert "secret" not in f"{error.value} {error.value.hint}"

    @pytest.mark.parametrize("endpoint", ["ftp://a", "http://", "http://key:secret@host", "http://host:port"])
    def test_refuses_endpoints_that_are_none(self, endpoint: str) -> None:
        with pytest.raises(BadRequest) as error:
            place_of("s3://bucket", endpoint=endpoint)
        assert "secret" not in str(error.value)


class TestOpenBlobs:
    def test_takes_folders_and_buckets(self) -> None:
        assert isinstance(open_blobs("/some/where"), LocalBlobs)
        assert isinstance(open_blobs("./s3:odd"), LocalBlobs)
        assert open_blobs("file:///some/where%20else").address == "file:///some/where else"
        bucket = open_blobs("s3://bucket/a", Keys("access", "hush"), region="eu-west-3")
        assert isinstance(bucket, S3Blobs)
        assert bucket.address == "s3://bucket/a"

    @pytest.mark.parametrize("address", ["ftp://a/b", "file://elsewhere/b", "file://", "", "s3://"])
    def test_refuses_the_rest(self, address: str) -> None:
        with pytest.raises(BadRequest):
            open_blobs(address)
