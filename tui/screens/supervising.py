"""What a supervisor does to a room they are not in: the next one in, people put back or moved, the meeting closed.

Asked of the agent before: who is next, and who may take somebody. Acts as in `doors.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tui.agent.client import new_command
from tui.agent.faults import Refused, Unanswered
from tui.board.freshness import State
from tui.screens.choosing_colleague import ChooseColleague
from tui.screens.dialogs import AskWords, Confirm
from tui.screens.doors import WRITE_UNIT, DoorScreen, Person, Room
from tui.screens.live import FLUSH_EVERY, words_of
from tui.text.ages import exact
from tui.text.people import who
from tui.text.rooms import staff_names
from tui.text.safe import safe
from xmpp_agent import wire

OFF_WITHIN: Final = 30.0
"""Seconds in which a recording that was asked to stop is seen to be off."""
Found = TypeVar("Found")


class SupervisingScreen(DoorScreen):
    """A screen from which rooms are run."""

    # keys

    def action_next(self) -> None:
        """Let in whoever is next in the chosen room."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._next(room))

    def action_put_back(self) -> None:
        """Send the people of the chosen room back to wait."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._put_back(room))

    def action_move(self) -> None:
        """Give the chosen person to a colleague."""
        if (meant := self.meant("move")) is not None:
            self.run_act(self._move(*meant))

    def action_end(self) -> None:
        """Close the meeting in the chosen room for all."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._end(room))

    def action_stop_recording(self) -> None:
        """Stop what records in the chosen room."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._stop_recording(room))

    def action_write_unit(self) -> None:
        """Write to everybody who waits in the chosen room's unit."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._write_unit(room))

    # acts

    async def _next(self, room: Room) -> None:
        say, client = self.app.words.say, self.app.client
        up = await self._looked_up("next", lambda: client.next_up(room.room))
        if up is None:
            return
        name = safe(up.masked, 40)
        waited = exact(self.app.watched.now() - up.since)
        helped = say("ask.next.shared" if up.shared else "ask.next.help", waited=waited)
        if await self.app.push_screen_wait(Confirm(say("ask.next", who=name), self.where(room), helped)):
            act = wire.Next(command=new_command(), appointment=up.appointment)
            await self.carry("next", room, None, lambda: client.next(room.room, act), name)

    async def _put_back(self, room: Room) -> None:
        words = await self.ask_words("put_back", room, None, least=0, most=300)
        if words is not None:
            act = wire.PutBack(command=new_command(), visit=room.visit, text=words)
            await self.carry("put_back", room, None, lambda: self.app.client.put_back(room.room, act))

    async def _move(self, room: Room, person: Person) -> None:
        say, client, name = self.app.words.say, self.app.client, who(person, self.app.words)
        found = await self._looked_up("move", lambda: client.colleagues(room.room, person.knock))
        if found is None:
            return
        title = say("ask.move", who=name)
        to = await self.app.push_screen_wait(ChooseColleague(title, self.where(room), found.colleagues))
        if to is None:
            return
        sure = Confirm(say("ask.move_to", who=name, to=safe(to.name, 60)), self.where(room), say("ask.move.help"))
        if await self.app.push_screen_wait(sure):
            act = wire.Move(command=new_command(), knock=person.knock, colleague=to.colleague)
            await self.carry("move", room, person, lambda: client.move(room.room, act))

    async def _end(self, room: Room) -> None:
        say, name = self.app.words.say, self.citizen(room) if room.citizen is not None else ""
        title = say("ask.end", who=name or staff_names(room))
        ask = AskWords(title, self.where(room), say("ask.end.help"), least=3, most=300)
        if words := await self.app.push_screen_wait(ask):
            act = wire.End(command=new_command(), visit=room.visit, text=words)
            await self.carry("end", room, None, lambda: self.app.client.end(room.room, act), name or staff_names(room))

    async def _stop_recording(self, room: Room) -> None:
        say = self.app.words.say
        title = say("ask.stop_recording", who=self.citizen(room))
        if not await self.app.push_screen_wait(Confirm(title, self.where(room), say("ask.stop_recording.help"))):
            return
        act = wire.StopRecording(command=new_command(), visit=room.visit)

        async def stop() -> wire.Done:
            done = await self.app.client.stop_recording(room.room, act)
            await self._off(room.key)
            return done.but(text=say("stop_recording.off"))

        await self.carry("stop_recording", room, None, stop)

    async def _off(self, key: str) -> None:
        """Return when a current picture shows that nothing records there. Raises Unanswered when it does not in time.

        The agent only asks for the end; that it came says the stream.
        """
        watch = self.app.watched
        for _ in range(int(OFF_WITHIN / FLUSH_EVERY)):
            row = watch.live.rooms.get(key)
            current = watch.hearing.standing(watch.live.link, watch.clock()).state is State.LIVE
            if current and (row is None or not row.recording):
                return
            await asyncio.sleep(FLUSH_EVERY)
        raise Unanswered("it still records")

    async def _write_unit(self, room: Room) -> None:
        say, unit = self.app.words.say, safe(room.unit, 60)
        count = sum(not one.away for row in self.lobbies_of(room.unit) for one in row.waiting)
        ask = AskWords(say("ask.write_unit", n=count, unit=unit), unit, say("ask.write.help"), least=1, most=500)
        if words := await self.app.push_screen_wait(ask):
            act = wire.WriteUnit(command=new_command(), unit=room.unit, text=words)
            await self.carry(WRITE_UNIT, room, None, lambda: self.app.client.write_unit(act), unit)

    async def _looked_up(self, act: str, look: Callable[[], Awaitable[Found]]) -> Found | None:
        """What the agent says before anything is done; a no is said in its words."""
        say = self.app.words.say
        try:
            return await look()
        except Refused as no:
            self.app.say_aloud(say("hinder.said", act=say(f"key.{act}"), why=safe(words_of(no.problem))), bad=True)
        except Unanswered:
            self.app.tell("hinder.said", bad=True, act=say(f"key.{act}"), why=say("hinder.no_answer"))
        return None
