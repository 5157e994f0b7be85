"""The client of buckets against a store that fails in every way a store can."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from dumont.simulators.s3.server import S3Server, serving
from dumont.snapstore import native
from dumont.snapstore.blobs import Keys, checksum
from dumont.snapstore.blobs.again import Retries
from dumont.snapstore.blobs.learning import Known
from dumont.snapstore.blobs.place import place_of
from dumont.snapstore.blobs.refusals import Refusal
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.wire import Patience
from dumont.snapstore.errors import Damaged, Missing, NoRoom, SnapError, StoreAway, StoreRefused
from tests.snapstore.places import AT_ONCE, BucketPlace

DATA = Random(5).randbytes(3_000_000)
NAME = "packs/ab/cd"
TRANSIENT = (
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 503, "code": "SlowDown"},
    {"fault": "status", "status": 429},
    {"fault": "status", "status": 400, "code": "RequestTimeout"},
    {"fault": "drop_before"},
    {"fault": "reset"},
    {"fault": "truncate"},
    {"fault": "truncate", "at": 0},
)


@pytest.fixture
def stored(bucket_place: BucketPlace) -> BucketPlace:
    bucket_place.open().put(NAME, [DATA])
    bucket_place.server.conditions.forget()
    return bucket_place


def read(blobs: S3Blobs, start: int = 0, size: int = len(DATA)) -> bytes:
    buffer = bytearray(size)
    blobs.read_into(NAME, start, memoryview(buffer))
    return bytes(buffer)


class TestReading:
    @pytest.mark.parametrize("fault", TRANSIENT, ids=lambda fault: "-".join(str(part) for part in fault.values()))
    def test_goes_on_behind_what_passes(self, stored: BucketPlace, fault: dict[str, object]) -> None:
        blobs = stored.open()
        stored.server.order({**fault, "times": 2})
        assert read(blobs, 10, 2_000_000) == DATA[10:2_000_010]
        assert stored.server.conditions.ordered()[0]["times"] == 0

    @pytest.mark.parametrize("fault", TRANSIENT[:2] + TRANSIENT[5:7], ids=lambda fault: str(fault["fault"]))
    def test_gives_up_in_the_end(self, stored: BucketPlace, fault: dict[str, object]) -> None:
        blobs = stored.open(retries=AT_ONCE._replace(tries=4))
        stored.server.order(fault)
        with pytest.raises(StoreAway):
            read(blobs)
        assert stored.server.conditions.counted()["requests"] == 4

    def test_takes_the_whole_from_a_store_that_knows_no_ranges(self, stored: BucketPlace) -> None:
        stored.server.order({"fault": "ignore_range"})
        blobs = stored.open()
        assert read(blobs, 1_000_000, 1_000_000) == DATA[1_000_000:2_000_000]
        assert read(blobs, 2_999_000, 1000) == DATA[-1000:]
        assert blobs.get(NAME, 2_999_000) == DATA[-1000:]
        with pytest.raises(Damaged, match="shorter"):
            read(blobs, 2_999_000, 1001)

    def test_never_takes_a_shorter_body(self, stored: BucketPlace) -> None:
        stored.server.order({"fault": "shrink", "bytes": 10, "times": 1})
        assert read(stored.open(), 100, len(DATA) - 100) == DATA[100:]
        stored.server.order({"fault": "shrink", "bytes": 10})
        with pytest.raises(Damaged, match="shorter"):
            read(stored.open(), 100, len(DATA) - 100)

    def test_takes_no_more_than_it_asked_for(self, stored: BucketPlace) -> None:
        stored.server.order({"fault": "extend", "bytes": 10})
        assert read(stored.open()) == DATA
        stored.server.order({"fault": "overrun", "times": 3})
        blobs = stored.open()
        assert [read(blobs, at, 100_000) for at in range(5)] == [DATA[at : at + 100_000] for at in range(5)]

    def test_leaves_a_line_that_stalls(self, stored: BucketPlace) -> None:
        blobs = stored.open(patience=Patience(5, 0.3))
        for fault in ("hang", "stall"):
            stored.server.order({"fault": fault, "seconds": 30, "times": 1})
            assert read(blobs) == DATA

    def test_leaves_a_line_that_trickles(self, stored: BucketPlace) -> None:
        blobs = stored.open(patience=Patience(5, 0.3))
        stored.server.order({"fault": "trickle", "bytes": 3, "seconds": 0.03, "times": 1})
        assert read(blobs, 0, 100_000) == DATA[:100_000]

    def test_opens_a_new_line_where_the_store_closed_the_old(self, stored: BucketPlace) -> None:
        blobs = stored.open(retries=AT_ONCE._replace(tries=1))
        assert read(blobs, 0, 10) == DATA[:10]
        stored.server.hang_up()
        assert read(blobs, 0, 10) == DATA[:10]

    def test_keeps_its_line(self, stored: BucketPlace) -> None:
        blobs = stored.open()
        before = stored.server.accepted
        for at in range(20):
            read(blobs, at, 1000)
            blobs.find(NAME)
            with pytest.raises(Missing):
                blobs.get("packs/none")
        assert stored.server.accepted == before + 1


class TestPutting:
    @pytest.mark.parametrize("fault", TRANSIENT[:5], ids=lambda fault: "-".join(str(part) for part in fault.values()))
    def test_goes_on_behind_what_passes(self, stored: BucketPlace, fault: dict[str, object]) -> None:
        stored.server.order({**fault, "times": 2, "call": "PUT"}, {"fault": "drop_after", "times": 1, "call": "PUT"})
        stored.open().put("index/a", [DATA, DATA[:7]])
        assert stored.file("index/a").read_bytes() == DATA + DATA[:7]

    def test_lets_the_store_count_the_bytes(self, stored: BucketPlace) -> None:
        stored.open().put("index/a", [DATA[:1000], DATA[:3]])
        thing = stored.server.store.shelf.bucket(stored.bucket).get(stored.key("index/a"))
        assert thing
        name, said = checksum.of([DATA[:1000] + DATA[:3]])
        assert thing.told[name] == said

    def test_has_its_checksum_without_our_library_too(
        self, stored: BucketPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(native, "load", lambda: None)
        assert checksum.of([b"123456", b"789"]) == ("x-amz-checksum-crc32", "y/Q5Jg==")
        stored.open().put("index/a", [DATA[:1000], DATA[:3]])
        assert stored.open().get("index/a") == DATA[:1000] + DATA[:3]

    def test_sends_again_what_changed_on_its_way(self, stored: BucketPlace, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checksum, "of", lambda parts: ("x-amz-checksum-crc32", "AAAAAA=="))
        with pytest.raises(Damaged, match="on its way"):
            stored.open().put("index/a", [b"not that"])
        assert stored.open().find("index/a") is None

    def test_does_without_checksums_where_the_store_knows_none(self, stored: BucketPlace) -> None:
        stored.server.order({"fault": "status", "status": 501, "code": "NotImplemented", "times": 1})
        blobs = stored.open()
        blobs.put("index/a", [b"data"])
        blobs.put("index/b", [b"data"])
        bucket = stored.server.store.shelf.bucket(stored.bucket)
        kept = [bucket.get(stored.key(name)) for name in ("index/a", "index/b")]
        assert all(thing and not any(name.startswith("x-amz-checksum") for name in thing.told) for thing in kept)

    def test_signs_the_body_where_the_store_wants_it(self, stored: BucketPlace) -> None:
        stored.server.store.wants_signed_bodies = True
        try:
            stored.open().put("index/a", [b"da", b"ta"])
        finally:
            stored.server.store.wants_signed_bodies = False
        assert stored.open().get("index/a") == b"data"


class TestLists:
    def test_are_never_half(self, stored: BucketPlace) -> None:
        blobs = stored.open()
        for fault in ({"fault": "truncate"}, {"fault": "status", "status": 500}):
            stored.server.order({**fault, "times": 1})
            assert [found.name for found in blobs.list("")] == [NAME]
        stored.server.order({"fault": "status", "status": 500})
        with pytest.raises(StoreAway):
            list(blobs.list(""))

    def test_leave_out_what_others_put_there(self, stored: BucketPlace) -> None:
        bucket = stored.server.store.shelf.bucket(stored.bucket)
        for key in ("of/a/repository/.hidden", "of/a/repository/ä b", "of/a/repositories/x"):
            half = bucket.new()
            half.write_bytes(b"")
            bucket.take(key, half, fresh=False)
        assert [found.name for found in stored.open().list("")] == [NAME]


class TestRefusals:
    def client(self, place: BucketPlace, keys: Keys | None, **options: object) -> S3Blobs:
        options = {"endpoint": place.server.url, "retries": AT_ONCE, **options}
        return S3Blobs(str(options.pop("address", place.address)), keys, **options)  # type: ignore[arg-type]

    @pytest.mark.parametrize("access", [True, False])
    def test_say_what_is_wrong_and_never_a_secret(self, stored: BucketPlace, access: bool) -> None:
        keys = Keys(stored.keys.access if access else "AKNOBODY", "very-secret")
        blobs = self.client(stored, keys)
        for act in (
            lambda: blobs.find(NAME),
            lambda: blobs.get(NAME),
            lambda: list(blobs.list("")),
            lambda: blobs.put("a", [b"a"]),
        ):
            with pytest.raises(StoreRefused, match="The secret does not fit" if access else "does not know") as error:
                act()
            assert "very-secret" not in repr(error.value)
            assert error.value.hint

    def test_are_not_repeated(self, stored: BucketPlace) -> None:
        with pytest.raises(StoreRefused, match="may not"):
            self.client(stored, None).get(NAME)
        assert stored.server.conditions.counted()["requests"] == 1

    def test_name_a_bucket_that_is_not_there(self, stored: BucketPlace) -> None:
        blobs = self.client(stored, stored.keys, address="s3://nowhere/a")
        with pytest.raises(StoreRefused, match="no such bucket"):
            blobs.put("a", [b"a"])
        with pytest.raises(StoreRefused, match="no such bucket"):
            list(blobs.list(""))

    def test_of_a_full_store_say_so(self, stored: BucketPlace) -> None:
        stored.server.order({"fault": "status", "status": 507, "code": "XMinioStorageFull"})
        with pytest.raises(NoRoom):
            stored.open().put("a", [b"a"])

    def test_that_name_the_region_are_learnt_from_by_all_threads(self, stored: BucketPlace) -> None:
        blobs = self.client(stored, stored.keys, region="eu-west-9")
        failed: list[SnapError] = []

        def find() -> None:
            try:
                assert blobs.find(NAME)
            except SnapError as error:
                failed.append(error)

        threads = [threading.Thread(target=find) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed

    def test_of_the_clock_are_learnt_from(self, stored: BucketPlace) -> None:
        real = stored.server.store.now
        late = self.client(stored, stored.keys, now=lambda: real() - 7200)
        assert late.get(NAME, 0, 10) == DATA[:10]
        stored.server.order({"fault": "status", "status": 403, "code": "RequestTimeTooSkewed"})
        with pytest.raises(StoreRefused, match="clock"):
            late.get(NAME, 0, 10)

    def test_by_another_address_are_followed(self, stored: BucketPlace, s3_server: S3Server) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
        moved = {"fault": "status", "status": 307, "code": "TemporaryRedirect", "times": 1}
        stored.server.order({**moved, "headers": {"Location": f"{s3_server.url.replace('127.0.0.1', 'localhost')}/x"}})
        blobs = stored.open()
        blobs.put("index/a", [b"data"])
        assert blobs._known.origin.host == "localhost"
        assert stored.file("index/a").read_bytes() == b"data"


class TestAStoreThatAUserNames:
    """Asked with `leads`, which judges where the names of hosts lead to."""

    def judged(self, stored: BucketPlace, *numbers: str) -> tuple[S3Blobs, list[str]]:
        asked: list[str] = []

        def leads(host: str) -> list[str]:
            asked.append(host)
            return list(numbers)

        endpoint = stored.server.url.replace("127.0.0.1", "store.invalid")
        return S3Blobs(stored.address, stored.keys, endpoint=endpoint, retries=AT_ONCE, leads=leads), asked

    def test_is_called_by_the_number_that_was_judged(self, stored: BucketPlace) -> None:
        blobs, asked = self.judged(stored, "127.0.0.1")
        assert read(blobs) == DATA
        assert asked == ["store.invalid"]
        blobs.close()

    def test_is_called_by_its_next_number_where_nothing_answers_at_the_first(self, stored: BucketPlace) -> None:
        blobs, _ = self.judged(stored, "127.1.2.3", "127.0.0.1")
        assert read(blobs, 0, 10) == DATA[:10]
        blobs.close()

    @pytest.mark.parametrize("status", [301, 307])
    def test_sends_us_nowhere_else(self, stored: BucketPlace, s3_server: S3Server, status: int) -> None:
        blobs, asked = self.judged(stored, "127.0.0.1")
        moved = {"fault": "status", "status": status, "code": "TemporaryRedirect", "times": 1}
        stored.server.order({**moved, "headers": {"Location": f"{s3_server.url}/x"}})
        with pytest.raises(StoreRefused, match=str(status)):
            blobs.get(NAME)
        assert asked == ["store.invalid"]
        blobs.close()

    def test_may_say_its_region(self) -> None:
        known = Known(place_of("s3://bucket/a"), place_of("s3://bucket/a").origin, follows=False)
        for said, host in (("eu-west-3", "s3.eu-west-3.amazonaws.com"), ("evil.test/", "s3.us-east-1.amazonaws.com")):
            refusal = Refusal(301, {"location": "https://evil.test"}, "PermanentRedirect", region=said)
            assert known.after(refusal, putting=False, now=0).origin.host == f"bucket.{host}"


class TestAStoreThatIsAway:
    def test_is_asked_again_with_growing_random_pauses(self) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
            slept: list[float] = []
            retries = Retries(tries=9, first_seconds=1, longest_seconds=20, chance=lambda: 0.5, sleep=slept.append)
            blobs = S3Blobs("s3://b/a", None, endpoint=f"http://127.0.0.1:{port}", retries=retries)
            with pytest.raises(StoreAway, match="s3://b/a"):
                blobs.get(NAME)
        assert slept == [0.5, 1, 2, 4, 8, 10, 10, 10]

    def test_is_waited_for_as_long_as_it_asks(self, stored: BucketPlace) -> None:
        slept: list[float] = []
        stored.server.order({"fault": "status", "status": 503, "headers": {"Retry-After": "7"}, "times": 1})
        blobs = stored.open(retries=Retries(chance=lambda: 0.0, sleep=slept.append))
        assert blobs.find(NAME)
        assert slept == [7]


class TestTls:
    def test_moves_bytes_over_lines_that_are_kept(self, tmp_path: Path) -> None:
        context, trust = certified(tmp_path)
        with serving(tmp_path / "s3", "bucket", secure=context) as server:
            blobs = S3Blobs(
                "s3://bucket", Keys(server.key.access, server.key.secret), endpoint=named(server), trust=trust
            )
            blobs.put(NAME, [DATA, b"", DATA[:3]])
            assert read(blobs, 5, 2_000_000) == DATA[5:2_000_005]
            assert blobs.get(NAME) == DATA + DATA[:3]
            assert server.accepted == 1
            blobs.close()

    def test_is_never_left_out_for_a_certificate_that_nobody_knows(self, tmp_path: Path) -> None:
        context, _trust = certified(tmp_path)
        with serving(tmp_path / "s3", "bucket", secure=context) as server:
            blobs = S3Blobs("s3://bucket", None, endpoint=named(server), retries=AT_ONCE)
            with pytest.raises(StoreRefused, match="certificate"):
                blobs.get(NAME)
            assert server.accepted == 1


def named(server: S3Server) -> str:
    return server.url.replace("127.0.0.1", "localhost")


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side with a certificate for localhost, and a client's side that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(secret + signed)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context, ssl.create_default_context(cadata=signed.decode())
