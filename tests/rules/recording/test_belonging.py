"""Whose recording a directory holds, and when it may be taken in."""

from dataclasses import replace

import pytest

from xmpp_agent.model.recordings import Fault, File, Found, Recording, Stage
from xmpp_agent.rules.recording.belonging import QUIET, Piece, belongs, is_ripe
from xmpp_agent.rules.recording.custody import STOPS_WITHIN

NOW = 1_800_000_000.0
SESSION, MEETING, ROOM = "3f1c9a52", "5ad0b6a2", "qkzvw"
FOUND = Found(SESSION, SESSION, False, NOW, ("a.mp4",), (100,), MEETING, ROOM)
OURS = Recording(
    *("r1", ROOM, "a1", Stage.EXPECTED, "p1"),
    made_at=NOW - 900,
    changed_at=NOW,
    session=SESSION,
    meeting=MEETING,
    on_at=NOW - 800,
    off_at=NOW - 10,
)
TAKEN = replace(OURS, stage=Stage.HERE, file=File(100, "0", None), key="k")


@pytest.mark.parametrize(
    ("handed_over", "running", "quiet", "ripe"),
    [
        (True, False, 0.0, True),
        (True, True, 0.0, True),
        (False, False, QUIET, True),
        (False, False, QUIET - 1, False),
        (False, True, QUIET, False),
        (False, True, 1e9, False),
        (False, False, 1.0 - QUIET, False),
        (False, False, -86400.0, True),
    ],
)
def test_when_a_directory_may_be_taken_in(handed_over: bool, running: bool, quiet: float, ripe: bool) -> None:
    """Marked: at once. Else after two minutes of quiet, if it runs no longer. A clock that was set holds up nothing."""
    found = replace(FOUND, handed_over=handed_over, quiet_since=NOW - quiet)
    assert is_ripe(found, running, NOW) is ripe


@pytest.mark.parametrize(
    "stage",
    [
        Stage.STARTING,
        Stage.ON,
        Stage.STOPPING,
        Stage.EXPECTED,
        Stage.RECORDER_LOST,
        Stage.MISSING,
        Stage.NOT_STARTED,
    ],
)
def test_the_session_decides(stage: Stage) -> None:
    """At whatever stage it waits for a file; with nothing said of room and meeting, too (a killed recorder)."""
    waiting = replace(OURS, stage=stage)
    for found in (FOUND, replace(FOUND, room="", meeting="")):
        belonging = belongs(found, [replace(OURS, id="r0", session="other"), waiting])
        assert (belonging.fault, belonging.of) == (None, waiting)
        assert belonging.pieces == (Piece("a.mp4", 100, 1, waiting),)


def test_odd_characters_of_a_session_are_replaced_as_the_recorder_does() -> None:
    """Jibri names the directory so."""
    ours = replace(OURS, session="3f1c.9a52@")
    assert belongs(replace(FOUND, name="3f1c_9a52_", session="3f1c_9a52_"), [ours]).of == ours
    assert belongs(replace(FOUND, name="", session=""), [replace(OURS, session="", meeting="other")]).of is None


def test_two_files_are_two_parts_of_the_session() -> None:
    """The first fills the record that waits, the second is a part of its own; one already there stays where it is."""
    two = replace(FOUND, media=("a.mp4", "b.mp4"), sizes=(100, 200))
    assert belongs(two, [OURS]).pieces == (Piece("a.mp4", 100, 1, OURS), Piece("b.mp4", 200, 2))
    assert belongs(two, [TAKEN]).pieces == (Piece("a.mp4", 100, 1, TAKEN, is_taken=True), Piece("b.mp4", 200, 2))
    second = replace(OURS, id="r2", part=2)
    assert belongs(two, [second, TAKEN]).pieces[1] == Piece("b.mp4", 200, 2, second)
    third = replace(FOUND, media=("c.mp4",), sizes=(300,))
    assert belongs(third, [TAKEN, replace(TAKEN, part=2)]).pieces == (Piece("c.mp4", 300, 3),)


def test_a_file_that_was_taken_in_before_is_known_as_such() -> None:
    """By its size; one that grew since is another part, so that nothing of it is lost; an empty directory is done."""
    assert belongs(FOUND, [TAKEN]).pieces[0].is_taken
    grown = belongs(replace(FOUND, sizes=(101,)), [TAKEN])
    assert (grown.fault, grown.pieces) == (None, (Piece("a.mp4", 101, 2),))
    left = belongs(replace(FOUND, media=(), sizes=()), [TAKEN])
    assert (left.fault, left.pieces) == (None, ())


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (replace(FOUND, room="other"), Fault.OTHER_ROOM),
        (replace(FOUND, meeting="other"), Fault.OTHER_ROOM),
        (replace(FOUND, session="unknown", meeting="", room=""), Fault.NO_SUCH_RECORDING),
        (replace(FOUND, media=(), sizes=()), Fault.NO_FILE),
        (replace(FOUND, sizes=(0,)), Fault.EMPTY_FILE),
        (replace(FOUND, media=(), sizes=(), fault=Fault.ODD_DIRECTORY), Fault.ODD_DIRECTORY),
    ],
)
def test_what_does_not_fit_is_for_the_shelf(found: Found, fault: Fault) -> None:
    """With its reason, and on record of nobody: a person says whose it is."""
    belonging = belongs(found, [OURS])
    assert belonging.fault is fault
    assert [piece.recording for piece in belonging.pieces if piece.size] == [None] * len(belonging.pieces)


def test_a_recording_with_something_odd_beside_its_file_goes_to_the_shelf_itself() -> None:
    """By its session alone: it is there, so it is not missing as well."""
    odd = replace(FOUND, fault=Fault.ODD_DIRECTORY)
    assert (belongs(odd, [OURS]).fault, belongs(odd, [OURS]).pieces) == (
        Fault.ODD_DIRECTORY,
        (Piece("a.mp4", 100, 1, OURS),),
    )
    assert belongs(replace(odd, session=""), [replace(OURS, session="")]).pieces[0].recording is None


def test_upper_and_lower_case_name_the_same_room() -> None:
    """Jitsi writes addresses as people typed them."""
    assert belongs(replace(FOUND, room=ROOM.upper()), [OURS]).fault is None


def test_an_empty_file_beside_a_full_one_is_left_out() -> None:
    """There is nothing in it that could be lost."""
    found = replace(FOUND, media=("a.mp4", "b.mp4"), sizes=(0, 7))
    assert belongs(found, [OURS]).pieces == (Piece("b.mp4", 7, 1, OURS),)


def test_what_lies_on_the_shelf_is_not_shelved_twice() -> None:
    """Found again before it was removed, it is the same; it stays nobody's."""
    shelved = replace(TAKEN, appointment="", room="", meeting="", stage=Stage.UNMAPPED)
    belonging = belongs(FOUND, [shelved])
    assert (belonging.fault, belonging.of) == (Fault.NO_SUCH_RECORDING, shelved)
    assert belonging.pieces == (Piece("a.mp4", 100, 1, shelved, is_taken=True),)


NAMELESS = replace(FOUND, name="odd", session="", quiet_since=NOW - 10)
WAITING = replace(OURS, session="")


@pytest.mark.parametrize(
    ("recording", "fits"),
    [
        (WAITING, True),
        (replace(WAITING, on_at=None, off_at=None, stage=Stage.STARTING), True),
        (OURS, False),
        (replace(WAITING, meeting="other"), False),
        (replace(WAITING, file=File(1, "0", None)), False),
        (replace(WAITING, stage=Stage.DECLINED), False),
        (replace(WAITING, on_at=NOW), False),
        (replace(WAITING, off_at=NOW - 11 - STOPS_WITHIN), False),
    ],
)
def test_without_a_session_meeting_and_time_decide(recording: Recording, fits: bool) -> None:
    """Only for a recording whose session nobody knows, that waits for a file, and ran at that time."""
    belonging = belongs(NAMELESS, [recording])
    assert belonging.of == (recording if fits else None)
    assert belonging.fault is (None if fits else Fault.NO_SUCH_RECORDING)


def test_what_meeting_and_time_leave_open_a_person_decides() -> None:
    """Two recordings it could be of, or two files it could be."""
    assert belongs(NAMELESS, [WAITING, replace(WAITING, id="r2")]).fault is Fault.NO_SUCH_RECORDING
    two = replace(NAMELESS, media=("a.mp4", "b.mp4"), sizes=(1, 2))
    assert belongs(two, [WAITING]).fault is Fault.TWO_FILES
