"""Closing a case that staff marked, once everything of its appointment is filed."""

from xmpp_agent.flows.archive import Archive
from xmpp_agent.model.recordings import Closing, ClosingState
from xmpp_agent.ports.recordings import JournalFault
from xmpp_agent.rules.recording import closing


async def close(archive: Archive, case: Closing) -> None:
    """The case staff marked, once everything is filed; a mark taken away closes nothing. Raises Unavailable.

    That it still waits is written down when it was to be looked at, not at every step of what it waits for.
    """
    office, now = archive.office, archive.office.clock.now()
    entry = await office.diary.entry(case.appointment)
    if entry is None or not entry.appointment.case_closes:
        await archive.keep("case-not-closed", case.appointment, closing.ended(case, ClosingState.DROPPED, now))
        return
    notes = (await archive.notes.of([case.appointment])).get(case.appointment, ())
    recordings = (await archive.recordings.of([case.appointment])).get(case.appointment, ())
    if not closing.may_close(notes, recordings, now):
        if case.due_at <= now:
            await archive.keep("case-waits", case.appointment, closing.waits(case, now))
        return
    try:
        await archive.journal.close_case(entry.appointment.case_ref, f"close-{case.appointment}")
    except JournalFault as fault:
        after = closing.failed(case, fault.fault, again=fault.again, now=now)
        await archive.keep(f"case-{after.state}", case.appointment, after)
    else:
        await archive.keep("case-closed", case.appointment, closing.ended(case, ClosingState.CLOSED, now))
    office.changed(case.appointment)
