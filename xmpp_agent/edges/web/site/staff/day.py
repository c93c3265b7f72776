"""Staff's day as a page, and the stream that says when to look again."""

import asyncio
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.app import EventStream
from xmpp_agent.edges.web.rows import phase
from xmpp_agent.edges.web.site.reception import LOOKS
from xmpp_agent.edges.web.site.rendering import OWN, browser_of
from xmpp_agent.edges.web.site.staff.entry import StaffSite, told
from xmpp_agent.edges.web.site.staff.recordings import RecordingWords
from xmpp_agent.flows.staff_day import Day, my_day
from xmpp_agent.flows.staff_login import signed_in
from xmpp_agent.flows.staff_rows import RoomDay, Row
from xmpp_agent.model.notes import NoteState
from xmpp_agent.rules.staff_day import AT_THE_DOOR, Stage, open_note

_WAITS = frozenset({Stage.WAITING, Stage.JUDGE, Stage.SENT_OUT, Stage.IN_LINE})


async def day_page(
    site: StaffSite,
    request: Request,
    *,
    names: Mapping[str, str] | None = None,
    numbers: Mapping[str, str] | None = None,
) -> Response:
    """The page; `names` and `numbers` are told this once, by appointment."""
    who = await site.who_opens(request)
    day = await my_day(site.desk, who)
    # Made beside the loop: a long day takes a tenth of a second, in which a door would wait.
    return await asyncio.to_thread(
        site.page,
        request,
        "staff_day.html.j2",
        day.me,
        day.unit,
        day=day,
        waiting=waiting(day),
        names=names or {},
        numbers=numbers or {},
        note_state=note_state,
        phase=room_phase,
        recorded=RecordingWords(browser_of(request).language, f"{site.reception.pages.conf.origin}{OWN}"),
        here="/staff",
        at_the_door=AT_THE_DOOR,
        renew=site.is_due(who),
        **told(request),
    )


def waiting(day: Day) -> tuple[str, ...]:
    """Who of this member of staff's own people waits at this moment, as keys that change when they come anew."""
    rows = (*day.mine.rows, *(row for room in day.covered for row in room.rows), *day.line)
    here = (row for row in rows if row.stage in _WAITS)
    return tuple(f"{row.facts.appointment.id} {row.waits_since:.0f}" for row in here if row.waits_since is not None)


def room_phase(day: RoomDay) -> str:
    """What the room is doing, in one word."""
    return phase(day.state).value if day.state is not None else "closed"


def note_state(row: Row) -> str:
    """Where the note of a row stands: `draft`, `written`, `filed`, `failed`, or empty."""
    notes = row.facts.notes
    if not notes:
        return ""
    if open_note(notes) is not None:
        return "draft"
    states = {note.state for note in notes}
    if NoteState.FAILED in states:
        return "failed"
    return "filed" if states == {NoteState.FILED} else "written"


def add_day(app: FastAPI, site: StaffSite) -> None:
    """The page and its stream."""

    @app.api_route("/staff", methods=LOOKS)
    async def day(request: Request) -> Response:
        return await day_page(site, request)

    @app.get("/staff/events")
    async def events(request: Request) -> Response:
        who, cookie = await site.who(request), browser_of(request).cookie

        async def still_in() -> bool:
            return await signed_in(site.desk.office, cookie) is not None

        return EventStream(site.feed.follow(who, still_in))
