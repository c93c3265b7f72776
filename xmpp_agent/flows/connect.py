"""A client logs in with its pass, and what becomes of its connection."""

from xmpp_agent.flows.house import ANSWER_WITHIN, House
from xmpp_agent.flows.questions import Answer, Question, refused
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import Pass, PassRecord
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import REPLACED, both
from xmpp_agent.ports import PassFault, Unavailable
from xmpp_agent.rules import names
from xmpp_agent.rules.admission.facts import Asks, Facts, SeatHolder
from xmpp_agent.rules.admission.order import decide

TOO_LATE = Verdict(Decision.REFUSE, Reason.TOO_LATE)


async def authenticate(house: House, question: Question) -> Answer:
    """Whether a token lets its bearer connect; an older connection on the same seat is closed first."""
    try:
        pass_ = house.passes.read(question.token)
    except PassFault as fault:
        # Anybody on the internet can send these: they are counted in the log, not written one by one to the audit.
        return Answer(decide(Facts(asks=Asks.AUTHENTICATE, now=question.at, fault=fault.reason)))
    record = await house.store.pass_record(pass_.id)
    if record is not None and record.pass_ != pass_:
        return Answer(await house.write("authenticate", refused(Reason.PASS_BROKEN).verdict, room=""))
    known = await house.store.known(pass_)
    first_used = record.first_used_at if record else None
    verdict = _judge(house, question, pass_, known, first_used)
    if known is None or not verdict.is_open:
        return Answer(await house.write("authenticate", verdict, room=pass_.room, subject=pass_.id))
    return await _welcome(house, question, known, verdict, first_used)


async def _welcome(house: House, question: Question, known: Known, verdict: Verdict, used_at: float | None) -> Answer:
    pass_ = known.pass_
    first = PassRecord(pass_, question.at) if used_at is None else None
    verdict = await house.write("authenticate", verdict, room=pass_.room, subject=pass_.id, used=first)
    if not verdict.is_open:
        return Answer(verdict)
    try:
        for other in house.others_on_seat(known, question.user):
            await house.prosody.recall(other.pass_id, both(REPLACED))
            house.disconnect(other.user)
    except Unavailable:
        said = Said("one_seat_each", Decision.REFUSE, Reason.SEAT_TAKEN)
        taken = Verdict(Decision.REFUSE, Reason.SEAT_TAKEN, (said,))
        return Answer(await house.write("authenticate", taken, room=pass_.room, subject=pass_.id))
    if house.clock.now() - question.at > ANSWER_WITHIN:  # Prosody has said no already; the seat must stay free
        return Answer(await house.write("authenticate", TOO_LATE, room=pass_.room, subject=pass_.id))
    used = used_at if used_at is not None else question.at
    await house.remember(known, used)
    house.connect(question.user, pass_)
    again = await _still(house, question, known, used)
    if not again.is_open:
        house.disconnect(question.user)
        return Answer(await house.write("authenticate", again, room=pass_.room, subject=pass_.id))
    return Answer(verdict, role=pass_.role.value, name=names.in_meeting(known), pass_id=pass_.id, room=pass_.room)


def _judge(house: House, question: Question, pass_: Pass, known: Known | None, first_used: float | None) -> Verdict:
    return decide(
        Facts(
            asks=Asks.AUTHENTICATE,
            now=question.at,
            known=known,
            fault=Reason.UNKNOWN_ROOM,
            first_used_at=first_used,
            state=house.rooms.get(pass_.room),
            holder=house.seat_holder(known, question.user) if known else SeatHolder.NOBODY,
        )
    )


async def _still(house: House, question: Question, known: Known, used: float) -> Verdict:
    """The verdict once more, on what the store says now that the holder is at hand for whoever withdraws.

    A pass taken back, or an appointment cancelled, while its login was on the way had nothing there yet to be closed.
    Raises Unavailable, with the connection forgotten: a seat must not be held by a login that was refused.
    """
    try:
        fresh = await house.store.known(known.pass_)
    except Unavailable:
        house.disconnect(question.user)
        raise
    if fresh is not None and fresh != known:
        await house.remember(fresh, used)
    kept = house.known.get(known.pass_.id) if fresh is not None else None
    return _judge(house, question, known.pass_, kept, used)


def lane(house: House, question: Question) -> str:
    """The lane in which a login is judged: the room's, so that two logins on one seat never run side by side."""
    try:
        return house.passes.read(question.token).room
    except PassFault:
        return ""
