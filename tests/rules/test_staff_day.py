"""Staff's day: where an appointment stands, whose name is read, who may act, and what is offered."""

from dataclasses import replace

import pytest

from tests.rules.scenes import ANNA, NOW, POLICY, ROOM, appointment, citizen, inside, room, standing, visit
from xmpp_agent.model.appointments import Appointment, Entry, Outcome
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import Level, Person
from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Recording, Terms
from xmpp_agent.model.recordings import Stage as RecordingStage
from xmpp_agent.model.rooms import Lane
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.invitation import Invitation, Invited
from xmpp_agent.rules.no_show import Evidence, Remedy
from xmpp_agent.rules.recording.consent import question
from xmpp_agent.rules.staff_day import (
    AT_THE_DOOR,
    HERE_FOR,
    Act,
    Facts,
    Proof,
    Stage,
    is_here,
    may_act,
    may_do,
    may_read_name,
    may_take_down,
    may_use,
    may_write,
    offers,
    open_note,
    proof,
    respondents,
    stage,
    waits_since,
)

BOOKED = replace(appointment(), staff="mette")
ARRIVED = Arrival(ANNA, ANNA, level=Level.SUBSTANTIAL, verified=True, login_at=NOW - 60)
KNOCK = standing(citizen())
SHARED = replace(BOOKED, staff="")
IN_LINE = replace(ARRIVED, waiting_since=NOW - 300, seen_at=NOW - 5)


def facts(booked: Appointment = BOOKED, **more: object) -> Facts:
    """What is known of anna's appointment."""
    asked = Facts(NOW, Entry(booked, Person(ANNA, "Jobcenter", "Anna Hansen")), ROOM, room())
    return replace(asked, **more)  # type: ignore[arg-type]  # fields named by the test


STANDS = room(queue=(KNOCK,))
INSIDE = room(inside(citizen()), of=ANNA)
MET = replace(ARRIVED, inside_at=NOW - 600)

STAGES = {
    Stage.EXPECTED: facts(),
    Stage.IN_LINE: facts(SHARED, arrival=IN_LINE),
    Stage.AWAY: facts(state=room(queue=(replace(KNOCK, jid="", away_since=NOW - 5),))),
    Stage.WAITING: facts(state=STANDS),
    Stage.JUDGE: facts(state=room(queue=(replace(KNOCK, lane=Lane.JUDGE),))),
    Stage.CALLED: facts(state=room(visit=visit(arrived=False))),
    Stage.INSIDE: facts(state=INSIDE),
    Stage.SENT_OUT: facts(state=room(queue=(KNOCK,), visit=visit(sent_out=frozenset({KNOCK.seat})))),
    Stage.LEFT: facts(state=room(of=ANNA)),
    Stage.MET: facts(arrival=MET),
    Stage.HELD: facts(replace(BOOKED, outcome=Outcome.ATTENDED)),
    Stage.ABSENT: facts(replace(BOOKED, outcome=Outcome.ABSENT)),
    Stage.CANCELLED: facts(replace(BOOKED, cancelled_at=NOW)),
}


@pytest.mark.parametrize("at", Stage)
def test_where_an_appointment_stands(at: Stage) -> None:
    """One scene for each stage."""
    assert stage(STAGES[at]) is at


@pytest.mark.parametrize(
    ("scene", "at"),
    [
        (facts(state=None), Stage.EXPECTED),
        (facts(SHARED, arrival=replace(IN_LINE, seen_at=NOW - HERE_FOR - 1)), Stage.AWAY),
        (facts(SHARED, arrival=replace(IN_LINE, seen_at=None)), Stage.AWAY),
        (facts(SHARED, arrival=ARRIVED), Stage.EXPECTED),
        (facts(state=room(queue=(KNOCK,), visit=visit())), Stage.CALLED),
        (facts(state=room(of="bo")), Stage.EXPECTED),
        (facts(state=room(visit=visit(sent_out=frozenset({"seat"})))), Stage.SENT_OUT),
        (facts(replace(BOOKED, cancelled_at=NOW), state=INSIDE), Stage.CANCELLED),
        (facts(replace(BOOKED, outcome=Outcome.ABSENT), state=STANDS), Stage.WAITING),
        (facts(arrival=MET, state=STANDS), Stage.WAITING),
        (facts(state=room(inside(citizen(), arrived=False), visit=visit(arrived=False))), Stage.CALLED),
    ],
    ids=[
        "no room yet",
        "the waiting page is closed",
        "the waiting page never spoke",
        "on the way to the queue",
        "let in, not moved yet",
        "somebody else's visit",
        "sent out, gone from the lobby",
        "cancelled above all",
        "booked as absent, came all the same",
        "met before, back in the lobby",
        "on the way",
    ],
)
def test_what_comes_before_what(scene: Facts, at: Stage) -> None:
    """The lobby before the past, what happens before what was expected."""
    assert stage(scene) is at


def test_since_when_somebody_waits() -> None:
    """Lobby or line; nobody else waits."""
    assert waits_since(STAGES[Stage.WAITING]) == KNOCK.since
    assert waits_since(STAGES[Stage.IN_LINE]) == NOW - 300
    assert waits_since(STAGES[Stage.INSIDE]) is None
    assert waits_since(STAGES[Stage.EXPECTED]) is None
    assert waits_since(replace(STAGES[Stage.INSIDE], arrival=IN_LINE)) is None


def test_the_note_of_a_hotline_call_is_for_whoever_took_it() -> None:
    """Or covers for them; a supervisor was not there, and no other act asks who."""
    call = replace(facts(), room=replace(ROOM, day=""))
    assert may_write("mette", call).is_open
    assert may_write("kim", replace(call, room=replace(ROOM, day="", covers=frozenset({"kim"})))).is_open
    assert may_write("lars", call).reason is Reason.NOT_STAFF_HERE
    assert not may_do(Act.NOTE, call).is_open
    assert may_write("mette", facts()).reason is Reason.NOT_YET


@pytest.mark.parametrize("at", Stage)
def test_who_is_here(at: Stage) -> None:
    """Whoever waits at this moment or has a visit: nobody of them is absent."""
    here = {Stage.IN_LINE, Stage.WAITING, Stage.JUDGE, Stage.CALLED, Stage.INSIDE, Stage.SENT_OUT, Stage.LEFT}
    assert is_here(STAGES[at]) is (at in here)


@pytest.mark.parametrize(
    ("arrival", "policy", "said"),
    [
        (None, POLICY, Proof.NOT_YET),
        (Arrival(ANNA, ANNA), POLICY, Proof.NOT_YET),
        (ARRIVED, POLICY, Proof.VERIFIED),
        (replace(ARRIVED, verified=False), POLICY, Proof.WRONG_PERSON),
        (replace(ARRIVED, verified=False, level=Level.LOW), POLICY, Proof.TOO_LOW),
        (None, replace(POLICY, level=Level.NONE), Proof.NOT_NEEDED),
    ],
)
def test_verified_or_not(arrival: Arrival | None, policy: object, said: Proof) -> None:
    """In one word."""
    booked = replace(BOOKED, policy=policy)  # type: ignore[arg-type]  # a policy
    assert proof(facts(booked, arrival=arrival)) is said


@pytest.mark.parametrize(
    ("person", "supervises", "may", "reads"),
    [
        ("mette", (), True, True),
        ("kim", (), True, True),
        ("lars", (), False, False),
        ("lars", ("Jobcenter",), True, False),
        ("lars", ("*",), True, False),
        ("lars", ("Psykiatri",), False, False),
    ],
)
def test_who_may_act_and_who_reads_names(person: str, supervises: tuple[str, ...], may: bool, reads: bool) -> None:
    """The room's own and whoever covers both; a supervisor acts, and reads names only for a reason."""
    verdict = may_act(person, frozenset(supervises), ROOM)
    assert (verdict.is_open, may_read_name(person, BOOKED, ROOM)) == (may, reads)
    assert may or verdict.reason is Reason.NOT_STAFF_HERE


def test_the_queue_has_no_names() -> None:
    """Until somebody has taken them, not even for whoever the queue's room belongs to in name."""
    assert not may_read_name("mette", SHARED, ROOM)
    assert may_read_name("lars", replace(BOOKED, staff="lars"), ROOM)


def offered(scene: Facts) -> dict[Act, Reason]:
    """What the row offers."""
    return {offer.act: offer.reason for offer in offers(scene)}


@pytest.mark.parametrize(
    ("at", "acts"),
    [
        (Stage.EXPECTED, {Act.PHONE, Act.HAND_OVER, Act.CASE}),
        (Stage.WAITING, {Act.LET_IN, Act.WRITE, Act.REFUSE, Act.PHONE, Act.HAND_OVER, Act.CASE}),
        (Stage.JUDGE, {Act.LET_IN, Act.WRITE, Act.REFUSE, Act.PHONE, Act.HAND_OVER, Act.CASE}),
        (Stage.CALLED, {Act.FINISH, Act.CASE}),
        (Stage.INSIDE, {Act.PUT_BACK, Act.FINISH, Act.CASE}),
        (Stage.SENT_OUT, {Act.LET_IN, Act.WRITE, Act.FINISH, Act.CASE}),
        (Stage.LEFT, {Act.FINISH, Act.CASE}),
        (Stage.MET, {Act.NOTE, Act.PHONE, Act.HAND_OVER, Act.CASE}),
        (Stage.HELD, {Act.NOTE, Act.CASE}),
        (Stage.ABSENT, {Act.NOTE, Act.CASE}),
        (Stage.CANCELLED, set()),
    ],
)
def test_what_is_offered_at_each_stage(at: Stage, acts: set[Act]) -> None:
    """Nothing that makes no sense there."""
    assert offered(STAGES[at]).keys() == acts


def test_a_button_that_would_be_refused_says_so() -> None:
    """With the word of the rules of admission."""
    scene = replace(STAGES[Stage.WAITING], letting_in=Reason.OTHERS_INSIDE)
    assert offered(scene)[Act.LET_IN] is Reason.OTHERS_INSIDE
    assert offered(replace(scene, letting_in=Reason.ALLOWED))[Act.LET_IN] is Reason.ALLOWED


def test_the_clock_of_a_no_show() -> None:
    """From the first remedy's time on all three are there, each saying whether it is due."""
    late = replace(facts(), now=NOW + 600, evidence=Evidence(staff_there=True))
    found = {act: reason for act, reason in offered(late).items() if act in (Act.FRESH_LINK, Act.CALL, Act.ABSENT)}
    assert found == {Act.FRESH_LINK: Reason.ALLOWED, Act.CALL: Reason.ALLOWED, Act.ABSENT: Reason.NOT_YET}
    assert Act.FRESH_LINK not in offered(replace(late, now=NOW + 179))
    assert Act.FRESH_LINK not in offered(replace(STAGES[Stage.INSIDE], now=NOW + 600))


def test_a_call_the_ladder_ended_in_is_offered_before_the_meeting() -> None:
    """And nothing else of the clock."""
    early = replace(facts(), now=NOW - 3600, invitation=Invitation(Invited.CALL))
    assert offered(early)[Act.CALL] is Reason.ALLOWED
    assert Act.ABSENT not in offered(early)


def test_who_could_not_be_told_that_it_is_off_is_called() -> None:
    """The call alone, and it may be made; whoever knows is left in peace."""
    off = replace(STAGES[Stage.CANCELLED], invitation=Invitation(Invited.CALL))
    assert offered(off) == {Act.CALL: Reason.ALLOWED}
    assert may_use(Remedy.CALL, off).is_open
    assert not may_use(Remedy.FRESH_LINK, off).is_open
    assert not may_use(Remedy.CALL, STAGES[Stage.CANCELLED]).is_open


def test_a_note_is_asked_for_until_it_is_written() -> None:
    """None, or a draft; not once it is on its way."""
    draft = Note("n", ANNA, "mette", "", NoteState.DRAFT, NOW, NOW)
    written = replace(draft, state=NoteState.QUEUED)
    held = STAGES[Stage.HELD]
    assert Act.NOTE in offered(replace(held, notes=(draft,)))
    assert Act.NOTE not in offered(replace(held, notes=(written,)))
    assert open_note((written, draft)) is draft
    assert open_note((written,)) is None


def test_doors_are_known_as_doors() -> None:
    """Whatever needs Prosody is off without it."""
    assert {Act.LET_IN, Act.WRITE, Act.REFUSE, Act.PUT_BACK, Act.FINISH} == AT_THE_DOOR


RECORDED = replace(BOOKED, policy=replace(POLICY, recording_allowed=True))
YES = Consent("c", ANNA, ANNA, Agreement.YES, HowAsked.PAGE, question(Terms(), "da"), "da", ANNA, NOW)
TALKING = {Stage.WAITING, Stage.CALLED, Stage.INSIDE, Stage.SENT_OUT, Stage.LEFT}


def recorded(at: Stage, **more: object) -> Facts:
    """The scene of a stage, under a policy that allows recordings."""
    scene = STAGES[at]
    policy = RECORDED.policy
    return replace(
        scene,
        entry=replace(scene.entry, appointment=replace(scene.appointment, policy=policy)),
        **more,  # type: ignore[arg-type]  # fields named by the test
    )


@pytest.mark.parametrize("at", Stage)
def test_people_are_asked_while_there_is_somebody_to_ask(at: Stage) -> None:
    """Then an answer may be written down, too; once there is a yes it may be taken back at any time."""
    both = {Act.ASK, Act.ANSWER} if at in TALKING else set()
    assert offered(recorded(at)).keys() & {Act.ASK, Act.ANSWER} == both
    assert Act.ANSWER in offered(recorded(at, consents=(YES,)))
    no = replace(YES, answer=Agreement.NO)
    assert (Act.ANSWER in offered(recorded(at, consents=(no,)))) is (at in TALKING)
    assert offered(replace(STAGES[at], consents=(no,))).keys() & {Act.ASK, Act.ANSWER} == set()
    assert respondents(replace(STAGES[at], consents=(no,))) == ()
    [back] = respondents(replace(STAGES[at], consents=(YES,)))
    assert back.may_say == (Agreement.WITHDRAWN,), "also when the policy allows no recordings any more"


def test_a_question_that_was_asked_says_so() -> None:
    """The button is off with the reason."""
    asked = Recording("r", ROOM.node, ANNA, RecordingStage.REQUESTED, "mette", NOW, NOW)
    assert offered(recorded(Stage.INSIDE))[Act.ASK] is Reason.ALLOWED
    assert offered(recorded(Stage.INSIDE, recordings=(asked,)))[Act.ASK] is Reason.ALREADY_ASKED
    assert may_do(Act.ASK, recorded(Stage.INSIDE, recordings=(asked,))).reason is Reason.ALREADY_ASKED


def test_who_writes_an_answer_down_has_heard_it() -> None:
    """Staff of the room; for somebody of the appointment; something new."""
    scene = recorded(Stage.INSIDE)
    assert may_take_down("mette", scene, ANNA, Agreement.YES).is_open
    assert may_take_down("kim", scene, ANNA, Agreement.NO).is_open
    assert may_take_down("lars", scene, ANNA, Agreement.YES).reason is Reason.NOT_STAFF_HERE
    assert may_take_down("mette", scene, "bo", Agreement.YES).reason is Reason.CHANGED_MEANWHILE
    assert may_take_down("mette", scene, ANNA, Agreement.WITHDRAWN).reason is Reason.CHANGED_MEANWHILE
    assert may_take_down("mette", replace(scene, consents=(YES,)), ANNA, Agreement.WITHDRAWN).is_open
    held = recorded(Stage.HELD, consents=(YES,))
    assert may_take_down("mette", held, ANNA, Agreement.WITHDRAWN).is_open
    assert not may_take_down("mette", recorded(Stage.HELD), ANNA, Agreement.YES).is_open
    assert may_take_down("mette", STAGES[Stage.INSIDE], ANNA, Agreement.YES).reason is Reason.VISIT_GOING_ON
