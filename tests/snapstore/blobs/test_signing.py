"""Our signature beside botocore's, which is the peer that stores are tested against."""

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from dumont.snapstore.blobs import Keys, signing
from dumont.snapstore.blobs.presigning import Presigner
from dumont.snapstore.blobs.signing import Signer

MOMENT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
KEYS = (Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG"), Keys("AK", "s", session="a+session/token=="))
TARGETS = (
    ("/bucket/packs/ab/cd", ()),
    ("/bucket", (("list-type", "2"), ("prefix", "of me/ä+&=~"), ("list", ""), ("continuation-token", "a=/+b"))),
    ("/", ()),
    ("/b/with space/~tilde/ü(1).bin", ()),
)


@pytest.fixture(autouse=True)
def _same_moment() -> object:
    # botocore reads the clock itself, and takes no other
    with mock.patch("botocore.auth.get_current_datetime", return_value=MOMENT.replace(tzinfo=None)):
        yield


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize(("path", "query"), TARGETS)
class TestSignature:
    def test_in_headers_is_botocores(self, keys: Keys, path: str, query: signing.Pairs) -> None:
        signer = Signer(keys, "eu-west-3", MOMENT.timestamp())
        target = signing.target(path, query)
        given = {"host": "store.test:9000", "x-amz-checksum-crc32c": "yZRlqg==", "range": "bytes=1-2"}
        ours = dict(signing.signed_headers(signer, "GET", target, given, signing.NOTHING))
        request = AWSRequest("GET", f"http://store.test:9000{target}", headers=_shown(given))
        S3SigV4Auth(Credentials(*keys[:2], keys.session or None), "s3", "eu-west-3").add_auth(request)
        assert ours["authorization"] == request.headers["Authorization"]
        assert ours["x-amz-date"] == request.headers["X-Amz-Date"]
        assert ours.get("x-amz-security-token") == request.headers.get("X-Amz-Security-Token")

    def test_in_an_address_is_botocores(self, keys: Keys, path: str, query: signing.Pairs) -> None:
        signer = Signer(keys, "auto", MOMENT.timestamp())
        ours = signing.presigned(signer, "PUT", "https://store.test", path, seconds=600)
        request = AWSRequest("PUT", f"https://store.test{signing.quoted_path(path)}")
        S3SigV4QueryAuth(Credentials(*keys[:2], keys.session or None), "s3", "auto", expires=600).add_auth(request)
        assert sorted(parse_qsl(urlsplit(ours).query)) == sorted(parse_qsl(urlsplit(request.url).query))


class TestPresigner:
    def test_signs_the_length_that_must_be_kept(self) -> None:
        made = Presigner("s3://bucket/of/me", KEYS[0], region="eu-west-3", now=MOMENT.timestamp)
        url = urlsplit(made.url("PUT", "packs/ab", 60, {"content-length": "123"}))
        assert url.netloc == "bucket.s3.eu-west-3.amazonaws.com"
        assert url.path == "/of/me/packs/ab"
        request = AWSRequest("PUT", f"https://{url.netloc}{url.path}", headers={"Content-Length": "123"})
        S3SigV4QueryAuth(Credentials(*KEYS[0][:2]), "s3", "eu-west-3", expires=60).add_auth(request)
        assert dict(parse_qsl(url.query)) == dict(parse_qsl(urlsplit(request.url).query))


def _shown(headers: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name != "host"}
