"""The bucket, in an S3 of somebody else's making (moto): the same manifests and files as in the folder."""

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tests.edges.journal.papers_here import FILM, SHA, entry, media_of, refused
from xmpp_agent.edges.journal.s3 import S3, S3Settings
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import EntryKind, Receipt

CASE = "2026 - 60"
LONG = bytes(range(256)) * 4096 * 9
"""9 MiB: two parts."""


class Bucket:
    """What is in it, seen by another client than ours."""

    def __init__(self, endpoint: str) -> None:
        self.settings = S3Settings("journal", "key", "secret", endpoint=endpoint, prefix="portner/", seconds=10)
        self._s3 = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="eu-north-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(retries={"max_attempts": 1}),
        )
        self._s3.create_bucket(Bucket="journal", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})

    def names(self, entry_id: str) -> set[str]:
        """Of the entry's objects, behind the prefix."""
        listed = self._s3.list_objects_v2(Bucket="journal", Prefix=f"portner/{entry_id}").get("Contents", [])
        return {one["Key"].removeprefix(f"portner/{entry_id}") for one in listed}

    def read(self, name: str) -> bytes:
        """An object."""
        content: bytes = self._s3.get_object(Bucket="journal", Key=f"portner/{name}")["Body"].read()
        return content

    def put(self, name: str, content: bytes) -> None:
        """Somebody else's object."""
        self._s3.put_object(Bucket="journal", Key=f"portner/{name}", Body=content)

    def delete(self, name: str) -> None:
        """As if it had never come."""
        self._s3.delete_object(Bucket="journal", Key=f"portner/{name}")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """One for all tests here."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Bucket(f"http://{host}:{port}")
    finally:
        server.stop()


async def test_a_recording_goes_up_in_parts_with_a_manifest(bucket: Bucket) -> None:
    """Whole at the other end; filed again, nothing changes."""
    one, s3 = entry(EntryKind.RECORDING, CASE, media=media_of(LONG)), S3(bucket.settings)
    for _ in range(2):
        assert await s3.file(one) == Receipt(one.id)
        assert bucket.names(one.id) == {".json", ".mp4"}
    assert hashlib.sha256(bucket.read(f"{one.id}.mp4")).digest() == hashlib.sha256(LONG).digest()
    media = json.loads(bucket.read(f"{one.id}.json"))["media"]
    assert (media["file"], media["size"]) == (f"{one.id}.mp4", len(LONG))


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.CONSENT])
async def test_notes_and_consents_are_manifests_and_so_is_closing(bucket: Bucket, kind: EntryKind) -> None:
    """Each once."""
    one, s3 = entry(kind, CASE), S3(bucket.settings)
    for _ in range(2):
        await s3.file(one)
        await s3.close_case(CASE, one.id)
    assert bucket.names(one.id) == {".json", ".close.json"}


async def test_what_a_crash_left_is_finished(bucket: Bucket) -> None:
    """The file without a manifest: it is not sent again, the manifest comes."""
    one, s3 = entry(EntryKind.RECORDING, CASE), S3(bucket.settings)
    await s3.file(one)
    bucket.delete(f"{one.id}.json")
    unread = replace(one.media, read=_never) if one.media else None
    await s3.file(replace(one, media=unread))
    assert bucket.names(one.id) == {".json", ".mp4"}


async def _never() -> AsyncIterator[bytes]:
    yield b""
    raise AssertionError("read again")


@pytest.mark.parametrize("spoiled", ["json", "mp4", "mp4 of the same size"])
async def test_something_else_of_that_name_is_never_written_over(bucket: Bucket, spoiled: str) -> None:
    """It is refused aloud, and what was there stays."""
    one, name = entry(EntryKind.RECORDING, CASE), spoiled.split()[0]
    other = bytes(len(FILM)) if "same size" in spoiled else b"{}"
    bucket.put(f"{one.id}.{name}", other)
    assert await refused(S3(bucket.settings).file(one)) == (Fault.JOURNAL_REFUSED, False)
    assert bucket.read(f"{one.id}.{name}") == other


async def test_of_two_at_once_one_is_filed(bucket: Bucket) -> None:
    """Who comes second is told, and what is there is the first one's."""
    one = entry(EntryKind.NOTE, CASE)
    two = [replace(one, text=text) for text in ("first", "second")]
    done = await asyncio.gather(*(S3(bucket.settings).file(each) for each in two), return_exceptions=True)
    (filed,) = (each for each, became in zip(two, done, strict=True) if isinstance(became, Receipt))
    assert json.loads(bucket.read(f"{one.id}.json"))["text"] == filed.text


async def test_a_reference_brings_no_file_and_a_damaged_file_does_not_arrive(bucket: Bucket) -> None:
    """Only the manifest; and nothing at all."""
    s3 = S3(bucket.settings)
    one = entry(EntryKind.RECORDING, CASE, media=media_of(LONG, as_reference=True))
    await s3.file(one)
    assert bucket.names(one.id) == {".json"}
    for film in (LONG, LONG[:1000]):
        bad = entry(EntryKind.RECORDING, CASE, media=media_of(film, says=SHA))
        assert await refused(s3.file(bad)) == (Fault.VAULT_DAMAGED, False)
        assert bucket.names(bad.id) == set()


async def test_a_receipt_confirms(bucket: Bucket) -> None:
    """Where the reading system gives them; what cannot be read is none."""
    s3, one = S3(replace(bucket.settings, receipts=True)), entry(EntryKind.NOTE, CASE)
    assert await s3.file(one) == Receipt(one.id, is_final=False)
    assert await s3.confirmed(one.id, one.id) is None
    for junk in (b"", b"[]", b'{"number": "1"}' + b" " * 100_000):
        bucket.put(f"{one.id}.receipt.json", junk)
        assert await s3.confirmed(one.id, one.id) is None
    bucket.put(f"{one.id}.receipt.json", b'{"number": 17}')
    assert await s3.confirmed(one.id, one.id) == Receipt("17")
    bucket.delete(f"{one.id}.json")
    assert await s3.file(one) == Receipt("17")  # fetched and confirmed: nothing twice
    assert bucket.names(one.id) == {".receipt.json"}


async def test_a_bucket_that_is_not_there_is_for_somebody_to_look_at(bucket: Bucket) -> None:
    """Nothing a repetition would help."""
    s3 = S3(replace(bucket.settings, bucket="another"))
    for kind in (EntryKind.NOTE, EntryKind.RECORDING):
        assert await refused(s3.file(entry(kind, CASE))) == (Fault.NOT_ALLOWED, False)


async def test_nobody_there_is_tried_again(bucket: Bucket) -> None:
    """Within the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    s3 = S3(replace(bucket.settings, endpoint=f"http://127.0.0.1:{port}", seconds=0.5))
    for kind in (EntryKind.NOTE, EntryKind.RECORDING):
        assert await refused(s3.file(entry(kind, CASE))) == (Fault.JOURNAL_AWAY, True)


def test_the_secret_is_not_in_the_settings_words() -> None:
    """Nor is a bucket reached over plain http elsewhere."""
    assert "hush" not in repr(S3Settings("b", "key", "hush"))
    with pytest.raises(ValueError, match="https"):
        S3Settings("b", "key", "hush", endpoint="http://s3.example")
