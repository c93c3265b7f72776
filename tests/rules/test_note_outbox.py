"""A note's way into the journal: written once, tried for days, given up aloud."""

from dataclasses import replace

import pytest

from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.rules.note_outbox import (
    HANDED_WITHIN,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    claimed,
    failed,
    filed,
    written,
)

DRAFT = Note("n1", "a1", "mette", "Talte om ferie.", NoteState.DRAFT, 10.0, 10.0)


def test_a_draft_is_written_and_queued() -> None:
    """With what staff wrote, due at once."""
    note = written(DRAFT, "Aftalt ny tid.", case_closes=True, now=20.0)
    assert (note.text, note.state, note.due_at, note.case_closes) == ("Aftalt ny tid.", NoteState.QUEUED, 20.0, True)


@pytest.mark.parametrize("state", sorted(set(NoteState) - {NoteState.DRAFT}))
def test_what_is_on_its_way_is_not_changed(state: NoteState) -> None:
    """Nobody rewrites a note that is queued, filed or given up."""
    with pytest.raises(ValueError, match="draft"):
        written(replace(DRAFT, state=state), "andet", case_closes=False, now=20.0)


def test_an_attempt_is_written_down_before_it_is_made() -> None:
    """If it is never finished it is due again after two minutes."""
    note = claimed(replace(DRAFT, state=NoteState.QUEUED), 20.0)
    assert (note.state, note.attempts, note.due_at) == (NoteState.SENDING, 1, 20.0 + HANDED_WITHIN)


def test_pauses_double_and_end() -> None:
    """A minute, two, four ... at most six hours; after the last attempt it is given up."""
    note, pauses = replace(DRAFT, state=NoteState.QUEUED), []
    while note.state is NoteState.QUEUED:
        note = failed(claimed(note, 0.0), again=True, now=0.0)
        pauses.append(note.due_at)
    assert pauses[:4] == [60.0, 120.0, 240.0, 480.0]
    assert max(pauses) == LONGEST_PAUSE
    assert (note.state, note.attempts) == (NoteState.FAILED, MOST_ATTEMPTS)


def test_a_no_for_good_is_given_up_at_once() -> None:
    """The journal will never take it."""
    assert failed(claimed(DRAFT, 0.0), again=False, now=5.0).state is NoteState.FAILED


def test_a_receipt_ends_it() -> None:
    """Filed."""
    assert filed(claimed(DRAFT, 0.0), 5.0).state is NoteState.FILED
