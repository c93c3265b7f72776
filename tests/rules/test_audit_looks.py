"""Who may look through the audit for what, who must say why, and what may be taken away."""

import pytest

from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.audit_looks import MOST_TAKEN, Asked, is_of_a_person, may_look, may_take

OURS = frozenset({"job"})
WHY = "en klage"


@pytest.mark.parametrize(
    ("asked", "look", "take"),
    [
        (Asked(OURS), Reason.ALLOWED, Reason.BAD_REQUEST),
        (Asked(OURS, room="job"), Reason.ALLOWED, Reason.REASON_NEEDED),
        (Asked(OURS, room="job", why=WHY), Reason.ALLOWED, Reason.ALLOWED),
        (Asked(OURS, room="ward", why=WHY), Reason.NOT_YOUR_UNIT, Reason.NOT_YOUR_UNIT),
        (Asked(OURS, room="", why=WHY), Reason.UNKNOWN_ROOM, Reason.UNKNOWN_ROOM),
        (Asked(OURS, citizen="job"), Reason.REASON_NEEDED, Reason.REASON_NEEDED),
        (Asked(OURS, citizen="job", why=" a  "), Reason.REASON_NEEDED, Reason.REASON_NEEDED),
        (Asked(OURS, citizen="job", why=WHY), Reason.ALLOWED, Reason.ALLOWED),
        (Asked(OURS, citizen="job", why="klage 010190-1234"), Reason.CPR_IN_TEXT, Reason.CPR_IN_TEXT),
        (Asked(OURS, staff=True, why="klage 010190-1234"), Reason.CPR_IN_TEXT, Reason.BAD_REQUEST),
        (Asked(OURS, citizen="ward", why=WHY), Reason.NOT_YOUR_UNIT, Reason.NOT_YOUR_UNIT),
        (Asked(OURS, citizen="", why=WHY), Reason.UNKNOWN_PERSON, Reason.UNKNOWN_PERSON),
        (Asked(frozenset({"*"}), citizen="ward", why=WHY), Reason.ALLOWED, Reason.ALLOWED),
        (Asked(OURS, staff=True), Reason.REASON_NEEDED, Reason.BAD_REQUEST),
        (Asked(OURS, staff=True, why=WHY), Reason.ALLOWED, Reason.BAD_REQUEST),
        (Asked(OURS, citizen="job", room="ward", why=WHY), Reason.NOT_YOUR_UNIT, Reason.NOT_YOUR_UNIT),
    ],
)
def test_who_may_look_and_take(asked: Asked, look: Reason, take: Reason) -> None:
    """Of another unit nothing; a person, citizen or colleague, not without saying why; taking away never without."""
    for verdict, reason in ((may_look(asked), look), (may_take(asked, 1), take)):
        assert verdict.reason is reason
        assert verdict.is_open == (reason is Reason.ALLOWED)
        assert verdict.said


def test_a_look_at_a_person_is_one() -> None:
    """A citizen or a colleague; not a room, not words."""
    assert is_of_a_person(Asked(OURS, citizen="job"))
    assert is_of_a_person(Asked(OURS, staff=True))
    assert not is_of_a_person(Asked(OURS, room="job"))


def test_so_many_lines_are_no_file() -> None:
    """One more than the most is refused, rather than cut short."""
    asked = Asked(OURS, room="job", why=WHY)
    assert may_take(asked, MOST_TAKEN).is_open
    assert may_take(asked, MOST_TAKEN + 1).reason is Reason.TOO_MANY_LINES
