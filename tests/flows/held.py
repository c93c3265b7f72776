"""A citizen of whom everything is held that can be held: with a companion, letters, a login, a call, a note."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace

from tests.an_office import OpenOffice, whole
from tests.rules.scenes import POLICY
from xmpp_agent.flows.privacy import Custody
from xmpp_agent.model.appointments import Appointment, Policy
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import CompanionKind, Level, Pass, PassRecord, Person, Reach, Role
from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Recording, Stage
from xmpp_agent.model.visitors import Arrival, DeviceTest, Session, SessionKind
from xmpp_agent.ports.diary import Enrolment, Look, Noun
from xmpp_agent.rules.passes import seat_of, visitor_until


def custody(here: OpenOffice, *, agent: bool = True) -> Custody:
    """What the flows work on; without an agent: as the command line has it."""
    house = here.office.house if agent else None
    return Custody(here.database.holdings, here.database.diary, here.database.records, house)


@dataclass(frozen=True)
class Life:
    """Ids of one citizen's appointment."""

    appointment: Appointment
    pass_: Pass
    session: Session
    code: str

    @property
    def id(self) -> str:
        """Of the appointment and of the citizen alike."""
        return self.appointment.id


async def a_life(
    here: OpenOffice,
    name: str = "anna",
    *,
    policy: Policy = POLICY,
    note: NoteState | None = NoteState.FILED,
    starts_in: float = 0.0,
    recording: Stage | None = None,
) -> Life:
    """Booked, written to, logged in, been inside, noted; the appointment's id and the citizen's are the name."""
    reach = Reach("+4512345678", f"{name}@example.dk", "0101010101")
    made = await here.appointment(
        name, policy=policy, reach=reach, companion=CompanionKind.BISIDDER, starts_in=starts_in
    )
    subject, description = f"talk with {name}", f"{name} has moved"
    booked = replace(made, case_ref=f"sag {name}", subject=subject, description=description, version=made.version + 1)
    helper = Person(f"{name}s-helper", made.unit, "Ole Tolk")
    code = await here.link(name)
    await here.link(name, helper.id)
    at = here.clock.at
    session = Session(
        *(f"session-{name}", SessionKind.CITIZEN, name, at, made.ends_at + 9000, name),
        proved=made.invited,
        level=policy.level,
    )
    nouns: list[Noun] = [
        booked,
        Enrolment(helper, Role.COMPANION, Reach(phone="+4587654321")),
        session,
        *whole(Arrival(name, name, DeviceTest.GOOD, at, policy.level, verified=True, login_at=at)),
        *whole(Arrival(name, helper.id, DeviceTest.SKIPPED, at)),
        Letter(f"letter-{name}", name, name, About.INVITATION, Channel.SMS, at, LetterState.SENT, gateway_id="g1"),
        Letter(f"letter-{helper.id}", name, helper.id, About.INVITATION, Channel.SMS, at),
        Call(
            *(f"call-{name}", made.unit, "mette", name, made.room, "+4512345678", CallState.ENDED),
            *(at, at, at + 86400),
        ),
        Look(f"look-{name}", name, at, "mette", "look", "asked"),
        *(
            Consent(f"yes-{who}", name, who, Agreement.YES, HowAsked.PAGE, f"May we record {who}?", "en", who, at)
            for who in (name, helper.id)
        ),
    ]
    if recording is not None:
        nouns.append(
            Recording(f"rec-{name}", made.room, name, recording, "mette", at, at, key="sealed-key", number="J-7")
        )
    if note is not None:
        nouns.append(Note(f"note-{name}", name, "mette", f"{name} has moved.", note, at, at))
    await here.office.records.keep(here.office.line("book", "test", name), *nouns)
    pass_ = Pass(
        id=f"pass-{name}",
        role=Role.CITIZEN,
        person=name,
        seat=seat_of(name, name),
        room=made.room,
        issued_at=at,
        not_before=at,
        expires_at=visitor_until(made),
        appointment=name,
        level=Level.SUBSTANTIAL,
        proved=made.invited,
    )
    line = here.office.line("authenticate", "", pass_.id)
    await here.database.ledger.write(line, used=PassRecord(pass_, at))
    return Life(booked, pass_, session, code)


def column(here: OpenOffice, sql: str) -> list[object]:
    """The first column of what a statement finds in the database file."""
    path = here.database.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return [row[0] for row in db.execute(sql)]


def notes_of(here: OpenOffice, act: str) -> list[str]:
    """The notes of audit lines of an act, oldest first."""
    sql = "SELECT json_extract(line, '$.note') FROM audit WHERE json_extract(line, '$.act') = '{}' ORDER BY seq"
    return [str(note) for note in column(here, sql.format(act))]
