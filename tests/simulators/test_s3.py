"""The store of our own, asked by clients that were written for Amazon's: boto3 and restic."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from dumont.simulators.s3.crc32c import crc32c
from dumont.simulators.s3.server import S3Server, serving

BUCKET = "bucket"
DATA = Random(3).randbytes(200_000)
RESTIC = shutil.which("restic")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with serving(tmp_path_factory.mktemp("s3"), BUCKET) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(server: S3Server) -> Iterator[None]:
    yield
    server.conditions.order([])
    server.conditions.forget()
    for key in server.keys(BUCKET):
        server.store.shelf.bucket(BUCKET).remove(key)


@pytest.fixture(scope="module")
def s3(server: S3Server) -> Any:
    return client(server)


def client(server: S3Server, *, secret: str = "", **more: Any) -> Any:
    config = Config(
        s3={"addressing_style": "path"}, retries={"max_attempts": 1}, signature_version="s3v4", connect_timeout=30
    )
    keys = {"aws_access_key_id": server.key.access, "aws_secret_access_key": secret or server.key.secret}
    return boto3.client("s3", endpoint_url=server.url, config=config, **{"region_name": "us-east-1", **keys, **more})


def code_of(error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    told = error.value.response
    return told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"]


class TestBoto:
    @pytest.mark.parametrize("key", ["a", "a/b/c.bin", "ä ö/+&=%2F?#.bin", "a//b/../c", ".hidden", "x" * 900])
    def test_puts_and_gets(self, s3: Any, key: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=key, Body=DATA, Metadata={"who": "me"}, ContentType="text/x-test")
        told = s3.get_object(Bucket=BUCKET, Key=key)
        assert told["Body"].read() == DATA
        assert (told["Metadata"], told["ContentType"]) == ({"who": "me"}, "text/x-test")
        assert [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == [key]
        assert s3.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == len(DATA)
        s3.delete_object(Bucket=BUCKET, Key=key)
        with pytest.raises(ClientError) as error:
            s3.get_object(Bucket=BUCKET, Key=key)
        assert code_of(error) == (404, "NoSuchKey")

    def test_gets_ranges(self, s3: Any) -> None:
        s3.put_object(Bucket=BUCKET, Key="a", Body=DATA)
        for said, part in (("0-9", DATA[:10]), ("-10", DATA[-10:]), ("199990-", DATA[-10:]), ("5-999999", DATA[5:])):
            told = s3.get_object(Bucket=BUCKET, Key="a", Range=f"bytes={said}")
            assert told["Body"].read() == part
            assert told["ResponseMetadata"]["HTTPStatusCode"] == 206
        with pytest.raises(ClientError) as error:
            s3.get_object(Bucket=BUCKET, Key="a", Range="bytes=200000-")
        assert code_of(error) == (416, "InvalidRange")

    def test_uploads_in_parts(self, s3: Any, tmp_path: Path) -> None:
        data = Random(4).randbytes(6 << 20) * 3
        (tmp_path / "big").write_bytes(data)
        s3.upload_file(str(tmp_path / "big"), BUCKET, "big")
        s3.download_file(BUCKET, "big", str(tmp_path / "back"))
        assert (tmp_path / "back").read_bytes() == data
        assert s3.head_object(Bucket=BUCKET, Key="big")["ETag"].endswith('-3"')

    def test_lists_page_by_page(self, s3: Any) -> None:
        keys = sorted([f"a/{number}" for number in range(7)] + ["a", "b/1", "b/2", "c"])
        for key in keys:
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
        for version in ("list_objects", "list_objects_v2"):
            pages = s3.get_paginator(version).paginate
            found = pages(Bucket=BUCKET, PaginationConfig={"PageSize": 3})
            assert [one["Key"] for page in found for one in page["Contents"]] == keys
            found = list(pages(Bucket=BUCKET, Delimiter="/", PaginationConfig={"PageSize": 1}))
            assert [one["Prefix"] for page in found for one in page.get("CommonPrefixes", ())] == ["a/", "b/"]
            assert [one["Key"] for page in found for one in page.get("Contents", ())] == ["a", "c"]

    def test_deletes_many(self, s3: Any) -> None:
        for key in ("a", "b", "c"):
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "a"}, {"Key": "c"}, {"Key": "none"}]})
        assert list(server_keys(s3)) == ["b"]

    def test_puts_once_where_it_says_so(self, s3: Any) -> None:
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"first", IfNoneMatch="*")
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket=BUCKET, Key="a", Body=b"second", IfNoneMatch="*")
        assert code_of(error) == (412, "PreconditionFailed")
        assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"first"

    @pytest.mark.parametrize("kind", ["CRC32", "CRC32C", "SHA256"])
    def test_has_its_checksums_counted(self, s3: Any, kind: str) -> None:
        if kind != "CRC32C":  # for which boto3 wants a library
            put = s3.put_object(Bucket=BUCKET, Key="a", Body=DATA, ChecksumAlgorithm=kind)
            told = s3.head_object(Bucket=BUCKET, Key="a", ChecksumMode="ENABLED")
            assert told[f"Checksum{kind}"] == put[f"Checksum{kind}"]
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket=BUCKET, Key="b", Body=DATA, **{f"Checksum{kind}": "AAAAAA=="})
        assert code_of(error) == (400, "BadDigest")
        assert "b" not in server_keys(s3)


class TestKeys:
    def test_that_are_wrong_are_refused(self, server: S3Server) -> None:
        for more, refused in (
            ({"secret": "wrong"}, (403, "SignatureDoesNotMatch")),
            ({"aws_access_key_id": "AKNOBODY"}, (403, "InvalidAccessKeyId")),
            ({"aws_session_token": "none of ours"}, (400, "InvalidToken")),
        ):
            with pytest.raises(ClientError) as error:
                client(server, **more).list_objects_v2(Bucket=BUCKET)
            assert code_of(error) == refused
        assert "AccessDenied" in httpx.get(f"{server.url}/{BUCKET}").text

    def test_of_another_region_are_told_the_right_one(self, server: S3Server) -> None:
        """boto3 asks again by itself."""
        assert client(server, region_name="eu-west-3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
        assert server.conditions.counted()["requests"] > 1

    def test_open_an_address_until_its_time_is_over(self, s3: Any, server: S3Server) -> None:
        s3.put_object(Bucket=BUCKET, Key="a b", Body=b"data")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "a b"}, ExpiresIn=60)
        assert httpx.get(url).text == "data"
        assert httpx.get(url.replace("a%20b", "a%20c")).status_code == 403
        real = server.store.now
        server.store.now = lambda: real() + 61
        try:
            assert "expired" in httpx.get(url).text
        finally:
            server.store.now = real


class TestControl:
    def test_orders_faults_and_counts(self, s3: Any, server: S3Server) -> None:
        s3.put_object(Bucket=BUCKET, Key="a", Body=DATA)
        httpx.put(f"{server.url}/_sim/faults", json=[{"fault": "flip", "at": 0, "times": 1, "call": "GET /bucket/a"}])
        assert s3.get_object(Bucket=BUCKET, Key="a", Range="bytes=0-9")["Body"].read() != DATA[:10]
        assert s3.get_object(Bucket=BUCKET, Key="a", Range="bytes=0-9")["Body"].read() == DATA[:10]
        counted = httpx.get(f"{server.url}/_sim/counters").json()
        assert (counted["put"], counted["get"], counted["bytes_out"]) == (1, 2, 20)

    def test_slows_the_line(self, s3: Any, server: S3Server) -> None:
        s3.put_object(Bucket=BUCKET, Key="a", Body=DATA)
        httpx.put(f"{server.url}/_sim/pace", json={"latency": 0.05, "total_rate": 2_000_000})
        try:
            begun = monotonic()
            s3.get_object(Bucket=BUCKET, Key="a")["Body"].read()
            assert monotonic() - begun > 0.11, "never before the line can have carried it"
        finally:
            httpx.delete(f"{server.url}/_sim/pace")

    def test_hides_what_is_new_from_stale_lists(self, s3: Any, server: S3Server) -> None:
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"")
        server.order({"fault": "stale_list", "seconds": 600})
        assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
        server.order({"fault": "missing"})
        with pytest.raises(ClientError):
            s3.get_object(Bucket=BUCKET, Key="a")


class TestByItself:
    def test_keeps_its_objects_from_one_start_to_the_next(self, tmp_path: Path) -> None:
        for told in ("", "data"):
            command = [sys.executable, "-m", "dumont.simulators.s3", "--root", str(tmp_path), "--port", "0", "--open"]
            running = subprocess.Popen([*command, "--bucket", "b"], stdout=subprocess.PIPE, text=True)
            try:
                assert running.stdout
                url = running.stdout.readline().strip()
                if not told:
                    httpx.put(f"{url}/b/a%20b", content=b"data")
                assert httpx.get(f"{url}/b/a%20b").text == "data"
            finally:
                running.terminate()
                running.communicate()


class TestCrc32c:
    def test_is_castagnolis(self) -> None:
        """The check value, and those of RFC 3720."""
        assert crc32c(b"123456789") == 0xE3069283
        assert crc32c(bytes(32)) == 0x8A9136AA
        assert crc32c(b"\xff" * 32) == 0x62A8AB43
        assert crc32c(bytes(range(32))) == 0x46DD794E

    def test_is_the_same_in_lanes(self) -> None:
        from dumont.simulators.s3 import crc32c as module

        table, crc = module._table_as_list(), 0xFFFFFFFF
        for byte in DATA[:70_001]:
            crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
        assert crc32c(DATA[:70_001]) == crc ^ 0xFFFFFFFF


@pytest.mark.skipif(not RESTIC, reason="restic is not installed: as root on Debian, apt-get install restic")
class TestRestic:
    def test_backs_up_and_restores(self, server: S3Server, tmp_path: Path) -> None:
        tree, back = tmp_path / "tree", tmp_path / "back"
        tree.mkdir()
        for number in range(20):
            (tree / f"{number}.bin").write_bytes(Random(number).randbytes(50_000))
        self.run(server, tmp_path, "init")
        self.run(server, tmp_path, "backup", str(tree))
        self.run(server, tmp_path, "restore", "latest", "--target", str(back))
        restored = back / tree.relative_to("/")
        assert {path.name: path.read_bytes() for path in restored.iterdir()} == {
            path.name: path.read_bytes() for path in tree.iterdir()
        }

    def run(self, server: S3Server, folder: Path, *words: str) -> None:
        keys = {"AWS_ACCESS_KEY_ID": server.key.access, "AWS_SECRET_ACCESS_KEY": server.key.secret}
        assert RESTIC
        subprocess.run(
            [RESTIC, "-r", f"s3:{server.url}/{BUCKET}/restic", "--cache-dir", str(folder / "cache"), *words],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "RESTIC_PASSWORD": "test", **keys},
            check=True,
            capture_output=True,
            timeout=120,
        )


def server_keys(s3: Any) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]
