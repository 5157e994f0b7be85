"""With the store in a bucket: an agent's bytes go straight there, by addresses signed with the server's key."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from dumont.basics.errors import Invalid
from dumont.platform.clock import SystemClock
from dumont.platform.settings import Settings
from dumont.snapshots.lenders import Thing
from dumont.snapshots.rules import names
from dumont.snapshots.stores import Stores
from dumont.snapstore.blobs import checksum
from tests.snapstore.places import BucketPlace, bucket_place, s3_server

__all__ = ["bucket_place", "s3_server"]
OWNER = UUID(int=7)
PACK, INDEX, MANIFEST = "packs/ab/ab" + "0" * 62, "index/" + "ab" * 32, "snapshots/" + "cd" * 32


@pytest.fixture
def stores(settings: Settings, bucket_place: BucketPlace) -> Iterator[Stores]:
    own = settings.model_copy(
        update={
            "snapshots_store": bucket_place.address,
            "snapshots_endpoint": bucket_place.server.url,
            "snapshots_access_key": SecretStr(bucket_place.keys.access),
            "snapshots_secret_key": SecretStr(bucket_place.keys.secret),
        }
    )
    stores = Stores(own, SystemClock(), "of the test")
    yield stores
    stores.close()


class TestBucket:
    def test_takes_what_was_lent_and_nothing_larger(self, stores: Stores) -> None:
        url = stores.lend("PUT", OWNER, [Thing(PACK, 5)]).urls[PACK]
        assert httpx.put(url, content=b"longer").status_code == 403
        assert httpx.put(url, content=b"bytes").status_code == 200
        assert [found.name for found in stores.blobs(OWNER).list("packs/")] == [PACK]
        assert httpx.get(stores.lend("GET", OWNER, [Thing(PACK)]).urls[PACK]).content == b"bytes"

    def test_is_written_once_where_that_matters(self, stores: Stores) -> None:
        loan = stores.lend("PUT", OWNER, [Thing(MANIFEST, 5, once=True)])
        headers = dict(loan.headers[MANIFEST])
        assert httpx.put(loan.urls[MANIFEST], content=b"first", headers=headers).status_code == 200
        assert httpx.put(loan.urls[MANIFEST], content=b"other", headers=headers).status_code == 412
        assert httpx.put(loan.urls[MANIFEST], content=b"other").status_code == 403
        assert stores.blobs(OWNER).get(MANIFEST) == b"first"

    def test_keeps_what_a_bad_host_would_write_over(self, stores: Stores) -> None:
        """It holds a grant to write, for a repository whose packs others need."""
        for name in (PACK, INDEX):
            stores.blobs(OWNER).put(name, [b"theirs"])
            loan = stores.lend("PUT", OWNER, [Thing(name, 5, once=names.written_once(name))])
            assert httpx.put(loan.urls[name], content=b"worse").status_code == 403
            assert httpx.put(loan.urls[name], content=b"worse", headers=loan.headers[name]).status_code == 412
            assert stores.blobs(OWNER).get(name) == b"theirs"

    def test_takes_only_what_has_the_checksum_that_was_told(self, stores: Stores) -> None:
        told = "=".join(checksum.of([b"bytes"]))
        loan = stores.lend("PUT", OWNER, [Thing(PACK, 5, checksum=told)])
        headers = dict(loan.headers[PACK])
        assert httpx.put(loan.urls[PACK], content=b"bytes").status_code == 403
        assert httpx.put(loan.urls[PACK], content=b"bytez", headers=headers).status_code == 400
        assert httpx.put(loan.urls[PACK], content=b"bytes", headers=headers).status_code == 200

    def test_keeps_owners_apart(self, stores: Stores) -> None:
        stores.blobs(OWNER).put(PACK, [b"bytes"])
        assert list(stores.blobs(UUID(int=8)).list("packs/")) == []


def test_a_bucket_without_keys_stops_the_start(settings: Settings) -> None:
    with pytest.raises(Invalid, match="no keys"):
        Stores(settings.model_copy(update={"snapshots_store": "s3://bucket"}), SystemClock(), "of the test")
