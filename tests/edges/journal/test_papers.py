"""What every journal gets of an entry."""

from tests.edges.journal.papers_here import FILM, PERSONAL, entry, media_of, refused
from xmpp_agent.edges.journal.papers import LONGEST_TITLE, mark_of, marked_title, pieces, words
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import EntryKind


async def test_the_last_piece_of_a_file_is_held_back_until_all_of_it_is_right() -> None:
    """Whoever counts bytes never has all of a damaged one."""
    had: list[bytes] = []

    async def take_all() -> None:
        async for piece in pieces(media_of(FILM, says="0" * 64)):
            had.append(piece)

    assert await refused(take_all()) == (Fault.VAULT_DAMAGED, False)
    assert 0 < len(b"".join(had)) < len(FILM)
    assert b"".join([piece async for piece in pieces(media_of(FILM))]) == FILM


def test_a_mark_is_of_its_entry_and_fits_every_title() -> None:
    """The same at each attempt, another for each entry, on one line."""
    one, other = (entry(EntryKind.NOTE, "1", subject="Videomøde\n" + "x" * 400) for _ in range(2))
    assert mark_of(one) in marked_title(one)
    assert mark_of(one) not in marked_title(other)
    assert len(marked_title(one)) == LONGEST_TITLE
    assert marked_title(one).isprintable()


def test_the_words_say_how_long_a_recording_is_and_an_entry_does_not_show_itself() -> None:
    """Minutes and seconds; nothing of a person in a repr."""
    one = entry(EntryKind.RECORDING, "1")
    assert "Varighed: 2 min. 5 sek." in words(one)
    assert not any(word in repr(one) for word in PERSONAL)
