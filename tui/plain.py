"""The console without a terminal: what there is to see, in lines, and then each change as it comes.

For screen readers, pipes and logs of a demonstration. Nothing can be done from here, only read.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from tui.agent.client import AgentClient
from tui.agent.stream import Stream
from tui.board.heard import Alive, Event, Happened, OfficeEvent, RecordingEvent
from tui.board.watch import Watch
from tui.settings import Settings
from tui.text.events import what
from tui.text.plain import call_line, head_line, invitation_line, recording_line, room_lines, status_lines
from tui.text.words import Words
from xmpp_agent import wire

Write = Callable[[str], None]


async def read_aloud(socket: Path, write: Write, *, follow: bool, settings: Settings | None = None) -> None:
    """Write the whole picture in lines; with `follow` then each change, until cancelled.

    Without `follow` it returns after the first picture, or after the first failure to get one (which it says).
    """
    chosen = settings or Settings.from_env(os.environ)
    words = Words(chosen)
    watch = Watch(time.monotonic)
    async with AgentClient(socket, chosen.lang) as client:
        async for heard in Stream(client).follow():
            watch.take(heard)
            if isinstance(heard, Alive):
                continue
            for line in _lines(watch, heard.event if isinstance(heard, Happened) else None, words):
                write(line)
            if not follow:
                return


def _lines(watch: Watch, event: Event | None, words: Words) -> list[str]:
    now = watch.now()
    touched = watch.take_touched()
    if isinstance(event, OfficeEvent | RecordingEvent):
        return _of_row(event, now, words) if touched else []
    match event:
        case wire.RoomChanged(row=row):
            return room_lines(row, now, words) if touched else []
        case wire.Note():
            return [what(watch.happenings.lines[-1], words)]
        case wire.RoomGone() | wire.NumbersChanged():
            return []
        case wire.Link():
            return [head_line(watch.board, now, watch.standing(), words)]
        case None if touched:
            return status_lines(watch.board, now, watch.standing(), words)
        case None:
            return [head_line(watch.board, now, watch.standing(), words)]


def _of_row(event: OfficeEvent | RecordingEvent, now: float, words: Words) -> list[str]:
    match event:
        case wire.RecordingChanged(row=recording):
            return [recording_line(recording, now, words)]
        case wire.CallChanged(row=call):
            return [call_line(call, now, words)]
        case wire.InvitationChanged(row=invitation):
            return [invitation_line(invitation, words)]
        case wire.RecordingGone() | wire.CallGone() | wire.InvitationGone():
            return []
