"""The vault in S3: a real server, spoken to over HTTP."""

import asyncio
import hashlib
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.edges.recordings.recorder import ID, MEDIA, SESSION, House, house, leave, noise
from xmpp_agent.edges.recordings.sealing import CHUNK
from xmpp_agent.edges.recordings.shelves import Bucket, s3_shelf
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import VaultFault

LONG = noise(12 * CHUNK + 7)
"""Three parts of an upload."""
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=key/20270301/us-east-1/s3/aws4_request, Signature=0"}
"""As much of a signature as the server looks at."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Server:
    """The server and a bucket in it."""

    process: asyncio.subprocess.Process
    bucket: Bucket

    async def objects(self) -> dict[str, bytes]:
        """Everything in the bucket."""
        async with httpx.AsyncClient(base_url=self.bucket.endpoint, headers=SIGNED) as http:
            listed = (await http.get(f"/{self.bucket.name}?list-type=2")).text
            names = [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]
            return {name: (await http.get(f"/{self.bucket.name}/{name}")).content for name in names}

    async def change(self, content: bytes) -> None:
        """Put something else in the recording's place."""
        async with httpx.AsyncClient(base_url=self.bucket.endpoint, headers=SIGNED) as http:
            (await http.put(f"/{self.bucket.name}/recordings/{ID}", content=content)).raise_for_status()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Server]:
    """One server for all of them."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.edges.recordings.s3_server"),
        cwd=Path(__file__).parents[3],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        endpoint = f"http://127.0.0.1:{int(await asyncio.wait_for(process.stdout.readline(), 60))}"
        async with httpx.AsyncClient(base_url=endpoint, headers=SIGNED) as http:
            (await http.put("/vault")).raise_for_status()
        yield Server(process, Bucket("vault", endpoint, "us-east-1", "key", "secret", timeout=10.0))
    finally:
        process.stdin.close()
        await process.wait()


@pytest.fixture
def home(server: Server, tmp_path: Path) -> House:
    """A recorder's folder, and the vault in the bucket."""
    return house(tmp_path, s3_shelf(server.bucket))


async def test_what_goes_in_comes_out_and_is_destroyed(home: House, server: Server) -> None:
    """In parts, sealed, whole again; gone when destroyed, also the second time."""
    recording = await home.take_in(LONG)
    assert recording.file is not None
    assert recording.file.sha256 == hashlib.sha256(LONG).hexdigest()
    await home.vault.read_back(recording)
    assert await home.whole(recording) == LONG
    [(name, kept)] = (await server.objects()).items()
    assert name == f"recordings/{ID}"
    assert LONG[:16] not in kept

    await home.vault.destroy(ID)
    await home.vault.destroy(ID)
    assert await server.objects() == {}
    with pytest.raises(VaultFault, match="vault_damaged"):
        await home.vault.read_back(recording)


async def test_damage_is_noticed(home: House, server: Server) -> None:
    """A bit, a cut at a chunk and an addition are VAULT_DAMAGED."""
    recording = await home.take_in(LONG)
    [kept] = (await server.objects()).values()
    for changed in (kept[:-1] + bytes([kept[-1] ^ 1]), kept[: 23 + CHUNK + 16], kept + b"x"):
        await server.change(changed)
        with pytest.raises(VaultFault, match="vault_damaged"):
            await home.vault.read_back(recording)
    await home.vault.destroy(ID)


async def test_a_file_that_changes_meanwhile_leaves_nothing(home: House, server: Server) -> None:
    """The upload is given up: neither an object nor parts of one are left."""
    media = leave(home.recorder, SESSION, LONG) / MEDIA
    taking = asyncio.create_task(home.vault.take_in(ID, SESSION, MEDIA))
    while not taking.done():
        await asyncio.to_thread(media.touch)
    with pytest.raises(VaultFault, match="source_changed"):
        await taking
    assert await server.objects() == {}
    async with httpx.AsyncClient(base_url=server.bucket.endpoint, headers=SIGNED) as http:
        assert "<UploadId>" not in (await http.get("/vault?uploads")).text


async def test_wrong_bucket_or_nobody_there_is_away(server: Server, tmp_path: Path) -> None:
    """VAULT_AWAY, to be tried again: no such bucket, nobody listening, somebody who never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = [
            replace(server.bucket, name="other"),
            replace(server.bucket, endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}", timeout=1.0),
            replace(server.bucket, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3),
            replace(server.bucket, endpoint="http://vault.example.dk"),  # not in the clear over the net
        ]
        for number, bucket in enumerate(away):
            (tmp_path / str(number)).mkdir()
            home = house(tmp_path / str(number), s3_shelf(bucket))
            with pytest.raises(VaultFault) as told:
                await home.take_in(LONG[:100])
            assert (told.value.fault, told.value.again) == (Fault.VAULT_AWAY, True)


async def test_no_secret_shows(server: Server) -> None:
    """Neither key is in the repr of where the vault is."""
    assert "secret" not in repr(server.bucket)
    assert "key" not in repr(replace(server.bucket, access_key="hush")).replace("hush", "key")
