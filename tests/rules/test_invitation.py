"""An invitation in one state: the best that is known of it; a call to be made before all but an opened letter."""

from dataclasses import replace

import pytest

from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.rules.invitation import Invitation, Invited, invitation, is_call_to_make

NOW = 1000.0
SMS = Letter("sms", "a", "p", About.INVITATION, Channel.SMS, 10.0, changed_at=10.0)
FAILED = replace(SMS, id="f", state=LetterState.FAILED, failure=Failure.BAD_ADDRESS, changed_at=20.0)
CALL = replace(SMS, id="call", channel=Channel.CALL, changed_at=30.0)


@pytest.mark.parametrize(
    ("letters", "state"),
    [
        ((), Invited.NOBODY_WROTE),
        ((SMS,), Invited.QUEUED),
        ((replace(SMS, due_at=NOW + 1),), Invited.QUEUED),
        ((replace(SMS, state=LetterState.SENDING),), Invited.QUEUED),
        ((replace(SMS, state=LetterState.SENT),), Invited.SENT),
        ((replace(SMS, state=LetterState.DELIVERED), FAILED), Invited.DELIVERED),
        ((replace(SMS, state=LetterState.OPENED), FAILED, CALL), Invited.OPENED),
        ((FAILED,), Invited.FAILED),
        ((FAILED, SMS), Invited.QUEUED),
        ((FAILED, CALL), Invited.CALL),
        ((FAILED, replace(CALL, state=LetterState.DELIVERED)), Invited.DELIVERED),
        ((FAILED, replace(SMS, id="r", about=About.REMINDER, due_at=NOW + 9)), Invited.FAILED),
        ((replace(SMS, state=LetterState.DROPPED),), Invited.NOBODY_WROTE),
        ((replace(SMS, about=About.HOTLINE),), Invited.NOBODY_WROTE),
    ],
)
def test_the_best_that_is_known(letters: tuple[Letter, ...], state: Invited) -> None:
    """Whatever order they come in."""
    assert invitation(letters, NOW).state is state
    assert invitation(letters[::-1], NOW).state is state


def test_what_failed_says_how_and_why() -> None:
    """The newest of them."""
    older = replace(FAILED, id="e", channel=Channel.EMAIL, failure=Failure.NO_ADDRESS, changed_at=5.0)
    assert invitation((older, FAILED), NOW) == Invitation(Invited.FAILED, Channel.SMS, Failure.BAD_ADDRESS, 20.0, "f")


def test_a_call_is_to_be_made_when_it_is_due() -> None:
    """Not before, not twice, and only a call."""
    assert is_call_to_make(CALL, NOW)
    assert not is_call_to_make(replace(CALL, due_at=NOW + 1), NOW)
    assert not is_call_to_make(replace(CALL, state=LetterState.DELIVERED), NOW)
    assert not is_call_to_make(SMS, NOW)


@pytest.mark.parametrize("about", [About.CHANGED, About.CANCELLED])
def test_what_was_known_of_the_old_time_does_not_count(about: About) -> None:
    """Moved or called off after the link was opened: whoever cannot be told of it is to be called."""
    opened = replace(SMS, state=LetterState.OPENED, changed_at=900.0)
    failed, call = replace(FAILED, about=about, sequence=1), replace(CALL, about=about, sequence=1)
    assert invitation((failed, opened), NOW).state is Invited.FAILED
    assert invitation((opened, failed, call), NOW).state is Invited.CALL
    dropped = replace(call, state=LetterState.DROPPED)
    assert invitation((opened, dropped), NOW).state is Invited.OPENED
