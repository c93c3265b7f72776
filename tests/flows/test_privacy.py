"""What a citizen may ask: what is held of them, who looked, and that it be erased."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from tests.an_office import CPR, NobodyThere, OpenOffice, open_office
from tests.flows.held import Life, a_life, column, custody, notes_of
from tests.rules.scenes import HOTLINE, NOW
from xmpp_agent.flows import citizen
from xmpp_agent.flows.house import Connection
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.privacy import access_log, erase, export, find, find_like
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.people import NO_NAME
from xmpp_agent.model.recordings import Stage
from xmpp_agent.model.rooms import RoomMemory, Visit
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.privacy import Party

ALL = frozenset({"*"})
LATER = NOW + 1800 + 1801
"""After the last moment somebody may knock."""


@dataclass
class Closing(NobodyThere):
    """Closes streams when it is told to, and remembers which."""

    recalled: list[str] = field(default_factory=list)

    @override
    async def recall(self, pass_id: str, text: str) -> None:
        self.recalled.append(pass_id)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """An office."""
    async with open_office(tmp_path) as opened:
        yield opened


async def erased(here: OpenOffice, person: str = "anna", units: frozenset[str] = ALL, at: float = LATER) -> Verdict:
    """What became of the wish."""
    return await erase(custody(here), person, "uid:7", units, at)


async def exported(here: OpenOffice, person: str) -> dict[str, Any]:
    """What somebody is handed, as they read it."""
    found: dict[str, Any] = json.loads(json.dumps(await export(custody(here), person, "uid:7", NOW)))
    return found


def ids(parties: Iterable[Party]) -> list[str]:
    """Their person ids."""
    return [party.person for party in parties]


async def test_a_citizen_is_found_with_every_booking(here: OpenOffice) -> None:
    """By the hash of the CPR number, or by any of their rows; others are not."""
    await a_life(here, "anna")
    await a_life(here, "anna2")
    await a_life(here, "caller", policy=HOTLINE)
    identity = here.ring.identity.cpr(CPR)

    assert ids(await find(custody(here), identity, "uid:7", NOW)) == ["anna", "anna2"]
    assert ids(await find_like(custody(here), "anna2", "uid:7", NOW)) == ["anna", "anna2"]
    assert ids(await find_like(custody(here), "caller", "uid:7", NOW)) == ["caller"]
    assert ids(await find_like(custody(here), "annas-helper", "uid:7", NOW)) == ["annas-helper"]
    assert await find(custody(here), here.ring.identity.cpr("0202020202"), "uid:7", NOW) == ()
    assert await find(custody(here), "", "uid:7", NOW) == ()
    assert notes_of(here, "person-find") == ["rows=2", "rows=2", "rows=1", "rows=1", "rows=0", "rows=0"]


async def test_everything_held_is_handed_out(here: OpenOffice) -> None:
    """Name, ways to reach, case, note, number, letters, login, passes, answers, recordings, who looked, the audit."""
    await a_life(here, recording=Stage.RECEIPTED)
    await a_life(here, "bo", policy=HOTLINE)
    found = await exported(here, "anna")
    text = json.dumps(found, ensure_ascii=False)

    [person] = found["people"]
    assert person["name"] == "Anna"
    assert person["reach"] == {"phone": "+4512345678", "email": "anna@example.dk", "cpr": CPR}
    [appointment] = found["appointments"]
    assert appointment["case_ref"] == "sag anna"
    assert (appointment["subject"], appointment["description"]) == ("talk with anna", "anna has moved")
    assert appointment["starts_at"] == "2026-11-22T21:04:27+00:00"
    assert [note["text"] for note in appointment["notes"]] == ["anna has moved."]
    assert [call["number"] for call in appointment["calls"]] == ["+4512345678"]
    assert {letter["state"] for letter in appointment["letters"]} == {"sent", "queued"}
    assert [(yes["answer"], yes["text"]) for yes in appointment["consents"] if yes["person"] == "anna"] == [
        ("yes", "May we record anna?")
    ]
    assert [(made["stage"], made["number"]) for made in appointment["recordings"]] == [("receipted", "J-7")]
    assert [companion["kind"] for companion in appointment["companions"]] == ["bisidder"]
    assert len(appointment["links"]) == len(appointment["arrivals"]) == 2
    assert [session["person"] for session in found["sessions"]] == ["anna"]
    assert [p["id"] for p in found["passes"]] == ["pass-anna"]
    assert sorted(look["act"] for look in found["access_log"]) == ["export", "look"]
    acts = {line["act"] for line in found["audit"]}
    assert {"book", "authenticate", "person-export"} <= acts
    assert "Bo" not in text
    assert "Ole Tolk" not in text


async def test_no_secret_is_handed_out(here: OpenOffice) -> None:
    """Codes of links, marks and keyed hashes open doors or say nothing: they stay here."""
    life = await a_life(here, recording=Stage.RECEIPTED)
    text = json.dumps(await export(custody(here), "anna", "uid:7", NOW))
    for secret in (
        "sealed-key",
        life.code,
        here.ring.identity.mark("link", life.code),
        life.session.mark,
        life.appointment.invited,
    ):
        assert secret not in text


async def test_a_companion_gets_what_is_theirs(here: OpenOffice) -> None:
    """When and where they came along, and their own letters; nothing of the citizen's case, note or name."""
    await a_life(here)
    found = await exported(here, "annas-helper")
    text = json.dumps(found)
    [came] = found["came_along_to"]
    assert (came["kind"], [letter["person"] for letter in came["letters"]]) == ("bisidder", ["annas-helper"])
    assert [yes["text"] for yes in came["consents"]] == ["May we record annas-helper?"]
    assert "recordings" not in came
    assert found["appointments"] == []
    assert "+4587654321" in text
    for others in ("Anna", "sag anna", "moved", "+4512345678", CPR):
        assert others not in text


async def test_an_export_is_on_record_first_and_in_the_access_log(here: OpenOffice) -> None:
    """With the person it is about, for each of their rows."""
    await a_life(here)
    await a_life(here, "anna2")
    await export(custody(here), "anna2", "uid:7", NOW)
    assert notes_of(here, "person-export") == ["rows=2"]
    looks = await access_log(custody(here), "anna", "uid:8", NOW + 1)
    assert {(look.person, look.act, look.actor) for look in looks if look.actor == "uid:7"} == {
        ("anna", "export", "uid:7"),
        ("anna2", "export", "uid:7"),
    }
    assert [look.at for look in looks] == sorted(look.at for look in looks)
    assert notes_of(here, "person-looks") == ["rows=2"]


async def test_nobody_is_found_who_is_not_there(here: OpenOffice) -> None:
    """Neither exported nor erased; the refusal is on record without what was asked for."""
    for act in (export, access_log, find_like):
        with pytest.raises(Refused) as caught:
            await act(custody(here), "0101010101", "uid:7", NOW)
        assert caught.value.verdict.reason is Reason.UNKNOWN_PERSON
    assert (await erased(here, "0101010101")).reason is Reason.UNKNOWN_PERSON
    assert "0101010101" not in "".join(str(line) for line in column(here, "SELECT line FROM audit"))


async def test_everything_personal_of_every_booking_goes(here: OpenOffice, tmp_path: Path) -> None:
    """All rows of the citizen and who came with them; browsers are signed out, links dead, letters not sent."""
    life = await a_life(here, "anna")
    await a_life(here, "anna2")
    await a_life(here, "bo", policy=HOTLINE)
    sealed = [str(v) for v in column(here, "SELECT name FROM people WHERE id LIKE 'anna%'")]
    sealed += [str(v) for v in column(here, "SELECT text FROM notes WHERE appointment LIKE 'anna%'")]

    assert (await erased(here)).is_open

    assert column(here, "SELECT id FROM people WHERE role <> 'staff' AND name <> '' ORDER BY id") == [
        "bo",
        "bos-helper",
    ]
    assert column(here, "SELECT id FROM people WHERE reach IS NOT NULL ORDER BY id") == ["bo", "bos-helper"]
    kept = "case_ref || subject || description || invited || external_id"
    assert column(here, f"SELECT id FROM appointments WHERE {kept} <> ''") == ["bo"]
    for table in ("links", "letters", "arrivals"):
        assert set(column(here, f"SELECT appointment FROM {table}")) == {"bo"}, table
    assert column(here, "SELECT person FROM sessions") == ["bo"]
    assert column(here, "SELECT id FROM passes WHERE claims IS NOT NULL") == ["pass-bo"]
    assert column(here, "SELECT appointment FROM notes WHERE text <> ''") == ["bo"]
    assert column(here, "SELECT appointment FROM calls WHERE number <> ''") == ["bo"]
    files = b"".join(path.read_bytes() for path in tmp_path.glob("portner.sqlite3*"))  # noqa: ASYNC240  # small files
    assert [value for value in sealed if value.encode()[:30] in files] == []
    assert await citizen.look(here.office, life.code) is None
    assert notes_of(here, "person-erase") == ["rows=1"]


async def test_the_access_log_outlives_the_erasing(here: OpenOffice) -> None:
    """Who looked stays to be answered for, by the id the citizen was given."""
    await a_life(here)
    await erased(here)
    assert [look.act for look in await access_log(custody(here), "anna", "uid:7", LATER)] == ["look"]


async def test_an_erased_person_is_no_longer_at_hand(here: OpenOffice) -> None:
    """The house knows neither name nor case, the pass is dead everywhere, and its connections are closed."""
    life = await a_life(here)
    house, closing = here.office.house, Closing()
    house.prosody = closing
    await house.holder(life.pass_.id)
    house.connections["anna"] = Connection("anna", life.pass_.id, life.pass_.seat, NOW)
    house.connections["bo"] = Connection("bo", "pass-bo", "seat-bo", NOW)

    assert (await erased(here)).is_open

    known = await house.holder(life.pass_.id)
    assert known is not None
    assert (known.person.name, known.revoked, known.pass_.proved) == (NO_NAME, True, "")
    assert known.appointment is not None
    assert (known.appointment.case_ref, known.appointment.subject, known.appointment.description) == ("", "", "")
    assert closing.recalled == [life.pass_.id]
    house.forget_everything()
    again = await here.database.store.known(life.pass_)
    assert again is not None
    assert (again.person.name, again.revoked) == (NO_NAME, True)
    assert await house.holder(life.pass_.id) is None


async def test_prosody_not_confirming_is_told(here: OpenOffice) -> None:
    """It is erased all the same, and whoever asked knows that a connection may still be open."""
    life = await a_life(here)
    here.office.house.connections["anna"] = Connection("anna", life.pass_.id, life.pass_.seat, NOW)
    with pytest.raises(Unavailable):
        await erased(here)
    assert column(here, "SELECT name FROM people WHERE id = 'anna'") == [""]


async def test_whoever_came_along_elsewhere_too_is_kept(here: OpenOffice) -> None:
    """A companion of another citizen's appointment stays theirs; asked for themselves, only their own traces go."""
    await a_life(here, "anna")
    await a_life(here, "bo", policy=HOTLINE)
    entry = await here.database.diary.entry("anna")
    assert entry is not None
    shared = replace(entry.companions[0], appointment="bo")
    await here.database.records.keep(here.office.line("x", "test"), shared)

    assert (await erased(here, "anna")).is_open
    assert column(here, "SELECT count(*) FROM people WHERE id = 'annas-helper' AND name <> ''") == [1]

    assert (await erased(here, "bos-helper")).is_open
    assert column(here, "SELECT name FROM people WHERE id = 'bos-helper'") == [""]
    assert column(here, "SELECT person FROM links") == ["bo"]
    assert column(here, "SELECT count(*) FROM people WHERE id = 'bo' AND name <> ''") == [1]
    assert column(here, "SELECT count(*) FROM appointments WHERE id = 'bo' AND case_ref <> ''") == [1]


async def refused(here: OpenOffice, reason: Reason, person: str = "anna", at: float = LATER) -> None:
    """The wish is refused for that reason, on record, and nothing is gone."""
    before = column(here, "SELECT name || coalesce(reach, '') FROM people ORDER BY id")
    verdict = await erased(here, person, at=at)
    assert (verdict.is_open, verdict.reason) == (False, reason)
    assert column(here, "SELECT name || coalesce(reach, '') FROM people ORDER BY id") == before
    lines = [json.loads(str(line)) for line in column(here, "SELECT line FROM audit ORDER BY seq")]
    assert (lines[-1]["act"], lines[-1]["reason"], lines[-1]["actor"]) == ("person-erase", reason.value, "uid:7")


async def test_an_appointment_to_come_has_to_be_cancelled_first(here: OpenOffice) -> None:
    """So that the citizen and the calling system hear of it while they can be reached; any row's counts."""
    life = await a_life(here)
    coming = await a_life(here, "anna2", starts_in=86400)
    await refused(here, Reason.STILL_TO_COME)
    await refused(here, Reason.STILL_TO_COME, at=NOW)
    await here.database.ledger.cancel_appointment(coming.id, here.office.line("cancel", "test"))
    assert (await erased(here, life.id)).is_open


async def test_a_visit_going_on_is_not_interrupted(here: OpenOffice) -> None:
    """It overruns its time: the citizen is inside."""
    life = await a_life(here)
    memory = RoomMemory(life.appointment.room, 1, Visit(1, "anna", NOW, "mette", arrived=True))
    await here.database.ledger.write(here.office.line("let-in", "mette"), memory)
    await refused(here, Reason.VISIT_GOING_ON)


@pytest.mark.parametrize("state", [state for state in NoteState if state is not NoteState.FILED])
async def test_a_note_is_filed_first(here: OpenOffice, state: NoteState) -> None:
    """The duty to take notes comes first; also for one that is not written yet or was given up."""
    await a_life(here, note=state)
    await refused(here, Reason.NOTE_NOT_FILED)


async def test_a_recording_is_filed_first(here: OpenOffice) -> None:
    """It would be of nobody's case any more; once the journal confirmed it, it stands in nobody's way."""
    await a_life(here, recording=Stage.ENCRYPTED)
    await refused(here, Reason.RECORDING_NOT_FILED)


async def test_answers_go_with_the_person_and_the_chain_of_custody_stays(here: OpenOffice) -> None:
    """A companion's with the companion, the citizen's with the appointment."""
    await a_life(here, recording=Stage.RECEIPTED)
    assert (await erased(here, "annas-helper")).is_open
    assert column(here, "SELECT person FROM consents") == ["anna"]
    assert (await erased(here)).is_open
    assert column(here, "SELECT count(*) FROM consents") == [0]
    assert column(here, "SELECT stage FROM recordings") == ["receipted"]


async def test_staff_are_not_erased_this_way(here: OpenOffice) -> None:
    """Their names stand for what they decided."""
    await a_life(here)
    await refused(here, Reason.STAFF_ARE_KEPT, "mette")


async def test_only_who_supervises_the_unit_may(here: OpenOffice) -> None:
    """Of every row; a supervisor of another unit is refused."""
    life = await a_life(here)
    assert (await erased(here, units=frozenset({"ward 7"}))).reason is Reason.NOT_YOUR_UNIT
    assert (await erased(here, units=frozenset())).reason is Reason.NOT_YOUR_UNIT
    assert (await erased(here, units=frozenset({life.appointment.unit}))).is_open


async def test_erasing_twice_is_erasing_once(here: OpenOffice) -> None:
    """The second finds nobody's data, and says it is done."""
    _: Life = await a_life(here)
    assert (await erased(here)).is_open
    assert (await erased(here)).is_open
