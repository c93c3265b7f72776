"""What may go into the case by itself: what was let through, and of what was only found what everybody agreed to."""

from dataclasses import replace

import pytest

from tests.rules.recording.test_consent import said
from tests.rules.scenes import ANNA, NOW, ROOM, appointment
from xmpp_agent.model.appointments import Companion, Entry
from xmpp_agent.model.people import CompanionKind, Person
from xmpp_agent.model.recordings import Agreement, Recording, Stage
from xmpp_agent.rules.recording.may_file import may_file, must_not_be_filed

BOOKED = Entry(appointment(), Person(ANNA, "Jobcenter", "Anna"))
PRESSED = Recording("r", ROOM.node, ANNA, Stage.ENCRYPTED, "mette", NOW + 600, NOW + 600)
FOUND = replace(PRESSED, asked_by="", made_at=NOW + 3600)
"""Taken in an hour after the appointment began; nobody knows when it was made."""


@pytest.mark.parametrize(
    ("recording", "answer", "at", "barred"),
    [
        (PRESSED, Agreement.NO, NOW + 300, False),
        (PRESSED, Agreement.NO, NOW + 700, True),
        (FOUND, Agreement.NO, NOW + 300, True),
        (FOUND, Agreement.NO, NOW - 300, False),
        (FOUND, Agreement.YES, NOW + 300, False),
    ],
)
def test_a_no_counts_from_when_it_may_have_been_on(
    recording: Recording, answer: Agreement, at: float, barred: bool
) -> None:
    """From the press; of what was only found, from the beginning of the appointment."""
    assert must_not_be_filed(BOOKED, recording, [said(ANNA, answer, at)]) is barred


def test_what_nobody_let_through_needs_the_yes_of_each_companion_too() -> None:
    """Nobody knows who was inside."""
    ole = Companion(BOOKED.appointment.id, Person("ole", "Jobcenter", "Ole"), CompanionKind.INTERPRETER)
    booked, yes = replace(BOOKED, companions=(ole,)), said(ANNA, Agreement.YES, NOW)
    assert not may_file(booked, FOUND, [yes])
    assert may_file(booked, FOUND, [yes, said("ole", Agreement.YES, NOW)])


def test_what_nobody_let_through_needs_the_citizens_yes_and_nobodys_no() -> None:
    """What was let through began with everybody's."""
    yes, no = said(ANNA, Agreement.YES, NOW), said("ole", Agreement.NO, NOW)
    assert may_file(BOOKED, PRESSED, [])
    assert may_file(BOOKED, FOUND, [yes])
    assert not may_file(BOOKED, FOUND, [])
    assert not may_file(BOOKED, FOUND, [yes, no])
