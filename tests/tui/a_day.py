"""Rooms with invented people, for tests and for the picture in the README."""

import time
from collections.abc import Callable
from typing import TypeVar

from xmpp_agent import wire

P = wire.RoomPhase
Row = TypeVar("Row", wire.RoomRow, wire.WaitingRow)


def person(
    knock: str,
    masked: str,
    minutes: float,
    now: float | None = None,
    **more: object,
) -> wire.WaitingRow:
    """Somebody who has waited that many minutes."""
    at = now if now is not None else time.time()
    base: dict[str, object] = {
        "knock": knock,
        "masked": masked,
        "role": "citizen",
        "proof": "MitID betydelig",
        "lane": "queue",
        "decision": "wait",
        "reason": "not_let_in_yet",
        "reason_text": "Venter på at blive lukket ind",
        "rules": SAID,
        "since": at - minutes * 60,
    }
    return _possible(wire.WaitingRow.of({"acts": _UNSAID, **base, **more}), _to_person)


_UNSAID = "unsaid"
_from_here: set[str] = {_UNSAID}
"""What rows say may be done because it was worked out here, not because a test says so."""


def _possible(row: Row, acts: Callable[[Row], dict[str, str]]) -> Row:
    """The row with what may be done, unless the test says it itself; as `rules/door_acts.py` would."""
    if row.acts not in _from_here:
        return row
    said = " ".join(f"{act}={reason}" if reason else act for act, reason in acts(row).items())
    _from_here.add(said)
    return row.but(acts=said)


def _to_person(row: wire.WaitingRow) -> dict[str, str]:
    fine = row.reason in ("allowed", "not_let_in_yet")
    away = "not_waiting" if row.away else ""
    return {
        "let_in": away or ("" if fine else row.reason if row.reason.isidentifier() else "wrong_person"),
        "turn_away": "",
        "write": away,
        "move": "",
        "reveal": "",
    }


def _to_room(row: wire.RoomRow) -> dict[str, str]:
    none = "no_such_visit" if row.citizen is None else ""
    shut = "room_not_open" if row.phase is P.CLOSED else ""
    under_way = row.phase in (P.EXPECTING, P.VISIT, P.FROZEN, P.STUCK)
    return {
        "write_all": "" if any(not one.away for one in row.waiting) else "not_waiting",
        "next": shut or ("" if row.phase is P.READY else "others_inside"),
        "put_back": none,
        "finish": "" if under_way else "no_such_visit",
        "end": shut,
        "stop_recording": "" if row.recording else "not_recording",
        "reveal": none,
    }


def as_possible(row: wire.RoomRow) -> wire.RoomRow:
    """The room with what may be done to it."""
    return _possible(row, _to_room)


SAID = (
    "known_pass=open:allowed right_person=open:allowed right_time=open:allowed staff_is_present=open:allowed "
    "one_citizen_at_a_time=open:allowed sent_out_stays_out=open:allowed let_in_by_staff=wait:not_let_in_yet"
)
BUSY = SAID.replace("one_citizen_at_a_time=open:allowed", "one_citizen_at_a_time=wait:others_inside")
NOT_THE_ONE = SAID.replace("right_person=open:allowed", "right_person=wait:wrong_person")


def room(key: str, staff: str, **more: object) -> wire.RoomRow:
    """One room, empty and ready unless told otherwise."""
    base: dict[str, object] = {
        "key": f"s1/{key}",
        "room": f"{key}@conference.meet.example.dk",
        "unit": "Jobcenter Nord",
        "staff": (staff,),
        "phase": P.READY,
    }
    return as_possible(wire.RoomRow.of({"acts": _UNSAID, **base, **more}))


def recording(ident: str, stage: str, **more: object) -> wire.RecordingRow:
    """One recording."""
    base: dict[str, object] = {
        "key": f"s1/recording/{ident}",
        "recording": ident,
        "version": 1,
        "stage": stage,
        "since": time.time() - 60,
        "words": ("Filen mangler.", "The file is missing."),
        "unit": "Jobcenter Nord",
        "staff": "Mette Holm",
        "citizen": "A. H.",
    }
    return wire.RecordingRow.of({**base, **more})


def call(ident: str, stage: str, **more: object) -> wire.CallRow:
    """One hotline call."""
    base: dict[str, object] = {
        "key": f"s1/call/{ident}",
        "call": ident,
        "version": 1,
        "stage": stage,
        "since": time.time() - 60,
        "made_at": time.time() - 300,
        "words": ("Kontakten er mistet.", "Contact is lost."),
        "unit": "Psykiatri Syd",
        "staff": "Karen Vig",
        "room": f"hot{ident}@conference.meet.example.dk",
        "number": "** ** ** 56",
    }
    return wire.CallRow.of({**base, **more})


def line(seq: int, act: str = "join", **more: object) -> wire.AuditRow:
    """One line of the audit."""
    words = {"join": ("Gå ind", "Come in"), "let-in": ("Luk ind", "Let in"), "reveal": ("Navn vist", "Name revealed")}
    base: dict[str, object] = {
        "key": f"s1/audit/{seq}",
        "at": {"at": time.time() - 60 + seq, "shard": "s1", "seq": seq},
        "act": act,
        "words": words.get(act, (act, act)),
        "decision": "open",
        "reason": "allowed",
        "reason_words": ("Døren er åben.", "The door is open."),
        "unit": "Jobcenter Nord",
        "room": "r1",
        "appointment": f"a{seq}",
        "who": "A. H.",
        "by": "Mette Holm",
        "rules": 5,
    }
    return wire.AuditRow.of({**base, **more})


def invitation(ident: str, step: str, **more: object) -> wire.InvitationRow:
    """One invitation that did not arrive, for an appointment tomorrow."""
    now = time.time()
    base: dict[str, object] = {
        "key": f"s1/invitation/{ident}/p",
        "appointment": ident,
        "version": 1,
        "masked": "A. H.",
        "starts_at": now + 86_400,
        "unit": "Jobcenter Nord",
        "staff": "Mette Holm",
        "next": step,
        "words": ("Ring til borgeren.", "Call the citizen."),
        "since": now - 60,
        "ways": (
            tried("digital-post", "failed", ("Digital Post: kom ikke frem", "Digital Post: did not arrive")),
            tried("sms", "failed", ("Sms: adressen er forkert", "Text message: the address is wrong")),
        ),
    }
    return wire.InvitationRow.of({**base, **more})


def tried(channel: str, state: str, words: tuple[str, str], **more: object) -> wire.TriedWay:
    """One way."""
    base: dict[str, object] = {"channel": channel, "state": state, "words": words, "at": time.time() - 900}
    return wire.TriedWay.of({**base, **more})


def alert(ident: str, kind: str, about: str = "", **more: object) -> wire.AlertRow:
    """One alert; about which row."""
    now = time.time()
    base: dict[str, object] = {
        "key": f"s1/alert/{ident}",
        "alert": ident,
        "kind": kind,
        "began": now - 90,
        "since": now - 60,
        "unit": "Jobcenter Nord",
        "about": about,
        "staff": "Mette Holm",
        "words": ("En person skal se på det.", "A person must look at it."),
        "may": ("acknowledge", "take"),
    }
    return wire.AlertRow.of({**base, **more})


def a_days_alerts(now: float) -> list[wire.AlertRow]:
    """What a person must look at in `a_day`."""
    wait = ("Enhedens grænse for ventetid er 10 min, og den er nået.", "The unit's limit of a wait is 10 min, reached.")
    judge = ("Den, der er logget ind, er ikke den inviterede.", "Whoever logged in is not the one invited.")
    alone = ("Borgere er inde uden personale i mere end 1 min.", "Citizens are inside without staff for over 1 min.")
    seen = {"owner": "Anna Leder", "owner_id": "anna", "owned_at": now - 40, "may": (), "owner_may": ("give_back",)}
    return [
        alert("t", "stuck_turnover", "s1/r7", staff="Bo Dam", unit="Psykiatri Syd", began=now - 20, since=now - 20,
              words=("Lokalet kunne ikke klargøres efter besøget.", "The room could not be cleared.")),
        alert("f", "frozen", "s1/r3", staff="Ole Juhl", began=now - 75, since=now - 15, limit=60.0, people=1,
              words=alone),
        alert("j", "judge", "s1/r1", knock="k4", masked="S. R.", began=now - 66, since=now - 66, people=1, words=judge,
              seen_by="Anna Leder", seen_at=now - 50, **seen),
        alert("w", "long_wait", "s1/r1", knock="k1", masked="A. H.", began=now - 744, since=now - 144, limit=600.0,
              people=1, words=wait),
    ]  # fmt: skip


def a_day(now: float) -> list[wire.RoomRow]:
    """A dozen rooms in the middle of a morning."""
    psyk = "Psykiatri Syd"
    others = {"reason": "others_inside", "reason_text": "En anden borger er inde", "rules": BUSY}
    return [
        room("r1", "Mette Holm", phase=P.VISIT, citizen="J. K.", visit=3, visit_since=now - 23 * 60, waiting=(
            person("k1", "A. H.", 12.4, now, appointment_at=now - 9 * 60, device="good", proved_at=now - 14 * 60,
                   passed_over=1, **others),
            person("k2", "P. T.", 11.9, now, role="companion", proof="eget link", reason="citizen_not_in",
                   reason_text="Følger med A. H."),
            person("k3", "L. B.", 3.2, now, appointment_at=now + 20 * 60, device="no_camera",
                   proved_at=now - 4 * 60, **others),
            person("k4", "S. R.", 1.1, now, lane="judge", proof="MitID høj", reason="wrong_person",
                   reason_text="Ikke den inviterede", rules=NOT_THE_ONE, appointment_at=now + 50 * 60),
        )),
        room("r2", "Karen Vig", unit=psyk, waiting=(
            person("k5", "H. M.", 0.6, now, decision="open", reason="allowed", reason_text="Kan lukkes ind",
                   appointment_at=now + 2 * 60),)),
        room("r3", "Ole Juhl", phase=P.FROZEN, citizen="B. N.", visit=2, visit_since=now - 31 * 60,
             frozen_since=now - 75),
        room("r4", "Sara Lund", unit=psyk, phase=P.VISIT, citizen="E. P.", companions=1, visit=1, recording=True,
             visit_since=now - 48 * 60),
        room("r5", "Jens Bro", phase=P.CLOSED, waiting=(
            person("k6", "M. S.", 7.5, now, reason="room_not_open", reason_text="Lokalet er ikke åbnet",
                   appointment_at=now + 5 * 60, away=True),)),
        room("r6", "Ida Krogh", phase=P.TURNOVER, visit=4),
        room("r7", "Bo Dam", unit=psyk, phase=P.STUCK, visit=2),
        room("r8", "Lis Falk", phase=P.EXPECTING, visit=5, citizen="V. Ø."),
        room("r9", "Tom Rask"),
        room("r10", "Eva Hjort", unit=psyk, phase=P.VISIT, citizen="C. F.", visit=2, visit_since=now - 6 * 60),
        room("r11", "Nina Toft", phase=P.VISIT, citizen="K. A.", visit=3, visit_since=now - 64 * 60),
        room("r12", "Per Skov", phase=P.CLOSED),
        room("r13", "Rikke Lind", unit=psyk, phase=P.CLOSED),
    ]  # fmt: skip


def notes() -> list[wire.Note]:
    """What happened that morning."""
    at = "@conference.meet.example.dk"
    return [
        wire.Note(room=f"r2{at}", kind="arrived", knock="k5"),
        wire.Note(room=f"r7{at}", kind="stuck"),
        wire.Note(room=f"r1{at}", kind="wrote", knock="k3", text="Jeg sidder i bussen, kan vi vente lidt?"),
        wire.Note(room=f"r1{at}", kind="arrived", knock="k4"),
    ]
