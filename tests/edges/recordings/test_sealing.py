"""How a file lies in the vault: nothing of it can be changed, moved, left out or added unnoticed."""

import pytest

from tests.edges.recordings.recorder import noise
from xmpp_agent.edges.recordings.sealing import CHUNK, HEADER, TAG, Seal, SealBroken, new_header, new_key, sealed_size

SIZE = 2 * CHUNK + 5
PLAIN = noise(SIZE)
KEY, HEAD = new_key(), new_header()
SEALED = bytes(Seal(KEY, HEAD, "r1", SIZE).seal(memoryview(PLAIN), 0))
FIRST, SECOND, LAST = SEALED[: CHUNK + TAG], SEALED[CHUNK + TAG : 2 * (CHUNK + TAG)], SEALED[2 * (CHUNK + TAG) :]


def opened(sealed: bytes | bytearray, seal: Seal | None = None, first: int = 0) -> bytes:
    """The file, from its chunks."""
    return b"".join((seal or Seal(KEY, HEAD, "r1", SIZE)).open(memoryview(sealed), first))


def test_what_was_sealed_opens_whole_and_from_any_chunk_on() -> None:
    """Also when it is sealed in several goes; the sizes are as foretold, and nothing of the file shows."""
    seal = Seal(KEY, HEAD, "r1", SIZE)
    goes = seal.seal(memoryview(PLAIN)[:CHUNK], 0) + seal.seal(memoryview(PLAIN)[CHUNK:], 1)
    assert goes == SEALED
    assert opened(SEALED) == PLAIN
    assert opened(SEALED[CHUNK + TAG :], first=1) == PLAIN[CHUNK:]
    assert HEADER + len(SEALED) == sealed_size(SIZE)
    assert PLAIN[:16] not in SEALED


@pytest.mark.parametrize("at", [0, CHUNK - 1, CHUNK, CHUNK + TAG - 1, CHUNK + TAG, len(SEALED) - TAG, len(SEALED) - 1])
def test_a_single_bit_is_noticed_wherever_it_is(at: int) -> None:
    """In the text and the tag of the first, a middle and the last chunk."""
    changed = bytearray(SEALED)
    changed[at] ^= 1
    with pytest.raises(SealBroken):
        opened(changed)


@pytest.mark.parametrize("at", range(HEADER))
def test_every_bit_of_the_header_counts(at: int) -> None:
    """Another version is refused, and another salt opens nothing."""
    head = bytearray(HEAD)
    head[at] ^= 1
    with pytest.raises(SealBroken):
        opened(SEALED, Seal(KEY, bytes(head), "r1", SIZE))


ANEW = {
    "in another order": SECOND + FIRST + LAST,
    "one left out": FIRST + LAST,
    "one twice": FIRST + FIRST + LAST,
    "longer by a chunk": FIRST + SECOND + LAST + LAST,
    "longer by a byte": SEALED + b"x",
    "shorter by a byte": SEALED[:-1],
    "a piece too short to be a chunk": FIRST + SECOND + LAST[: TAG - 1],
}


@pytest.mark.parametrize("what", ANEW)
def test_chunks_belong_where_they_are(what: str) -> None:
    """Put together anew, longer or shorter: it does not open."""
    with pytest.raises(SealBroken):
        opened(ANEW[what])


def test_cut_at_a_chunk_it_is_not_a_shorter_file() -> None:
    """The end is marked as such: a size forged to fit what is left does not help, nor one that is too large."""
    with pytest.raises(SealBroken):
        opened(FIRST + SECOND, Seal(KEY, HEAD, "r1", 2 * CHUNK))
    with pytest.raises(SealBroken):
        opened(SEALED, Seal(KEY, HEAD, "r1", SIZE + CHUNK))


def test_it_is_bound_to_its_recording_and_its_key() -> None:
    """Under another recording's id or key nothing opens; keys and headers are new each time."""
    with pytest.raises(SealBroken):
        opened(SEALED, Seal(KEY, HEAD, "r2", SIZE))
    with pytest.raises(SealBroken):
        opened(SEALED, Seal(new_key(), HEAD, "r1", SIZE))
    assert len({new_key() for _ in range(10)}) == len({new_header() for _ in range(10)}) == 10
