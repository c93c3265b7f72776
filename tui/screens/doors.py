"""What a supervisor may do to a door. Each act: who is meant is fixed when the key is pressed, asked once more where it
cannot be taken back, sent only while the picture is current, and shown as done only when the agent says so.

What is possible says the agent, row by row; a key that is not possible now says why.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from typing_extensions import override

from tui.agent.client import new_command
from tui.screens.dialogs import AskWords, Confirm
from tui.screens.explaining import Explaining
from tui.text.people import who
from tui.text.rooms import citizen_name, staff_names
from tui.text.safe import safe
from tui.widgets.revealed import RevealedName
from xmpp_agent import wire

Act = wire.DoorAct
TO_ONE: Final = frozenset({Act.LET_IN, Act.TURN_AWAY, Act.WRITE, Act.MOVE})
"""Acts on somebody who waits; the others are on a room, or (to reveal) on either."""
WRITE_UNIT: Final = "write_unit"
DOOR_ACTIONS: Final = frozenset({*(act.value for act in Act), WRITE_UNIT})

Room = wire.RoomRow
Person = wire.WaitingRow


class DoorScreen(Explaining):
    """A screen on which a room, and somebody waiting there, can be chosen."""

    def chosen_room(self) -> Room | None:
        """The room under the cursor, as the board knows it now."""
        raise NotImplementedError

    def chosen_person(self) -> Person | None:
        """The person under the lobby's cursor, if still waiting at the chosen room."""
        raise NotImplementedError

    def choose_first_person(self) -> Person | None:
        """Put the lobby's cursor on the first in line."""
        raise NotImplementedError

    def person_is_meant(self) -> bool:
        """Whether the focus is on the lobby, so that a name asked for is that of somebody waiting."""
        raise NotImplementedError

    def hide_name(self) -> bool:
        """Forget a revealed name; answers whether there was one."""
        shown = self.query(RevealedName)
        there = bool(shown)
        _ = shown.remove()
        return there

    # what is possible

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Door keys are greyed (None) while the picture is not current, and when the agent says it is not possible."""
        return None if self.hindrance(action) is not None else True

    @override
    def hindrance(self, action: str) -> str | None:
        """The agent's reason, or that nothing is chosen or current."""
        if action not in DOOR_ACTIONS:
            return None
        room, words = self.chosen_room(), self.app.words
        if (stale := self.not_current()) is not None:
            return stale
        if room is None:
            return words.say("hinder.nothing")
        code = self._why_not(action, room)
        return words.code("reason", safe(code, 60)) if code is not None else None

    def _why_not(self, action: str, room: Room) -> str | None:
        if action == WRITE_UNIT:
            return None if self.lobbies_of(room.unit) else "not_waiting"
        act, person = Act(action), self.chosen_person()
        of_person = act in TO_ONE or (act is Act.REVEAL and (self.person_is_meant() or not room.allows(act)))
        if not of_person:
            return room.why_not(act)
        if person is None:  # a first press only chooses the next in line
            nobody = "not_waiting" if act in TO_ONE else room.why_not(act) or "not_waiting"
            return None if room.waiting else nobody
        return person.why_not(act)

    def lobbies_of(self, unit: str) -> list[Room]:
        """Rooms of a unit at which somebody waits who can be written to."""
        rooms = self.app.watched.board.rooms.values()
        return [row for row in rooms if row.unit == unit and row.allows(Act.WRITE_ALL)]

    # keys

    def action_let_in(self) -> None:
        """Let the chosen person in."""
        if (meant := self.meant("let_in")) is not None:
            self.run_act(self._let_in(*meant))

    def action_turn_away(self) -> None:
        """Refuse the chosen person, with a reason."""
        if (meant := self.meant("turn_away")) is not None:
            self.run_act(self._turn_away(*meant))

    def action_write(self) -> None:
        """Write to the chosen person."""
        if (meant := self.meant("write")) is not None:
            self.run_act(self._write(*meant))

    def action_write_all(self) -> None:
        """Write to each person waiting at the chosen room."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._write_all(room))

    def action_finish(self) -> None:
        """Finish the visit in the chosen room."""
        if (room := self.chosen_room()) is not None:
            self.run_act(self._finish(room))

    def action_reveal(self) -> None:
        """Reveal a full name: of the person waiting when the lobby has the focus, else of the visit's citizen."""
        room = self.chosen_room()
        if room is None:
            return
        if room.allows(Act.REVEAL) and not self.person_is_meant():
            self.run_act(self._reveal(room, None))
        elif (meant := self.meant("reveal")) is not None:
            self.run_act(self._reveal(*meant))

    def meant(self, key: str) -> tuple[Room, Person] | None:
        """Whom a key pressed now means; None: nobody, and the next in line was only chosen."""
        room, person = self.chosen_room(), self.chosen_person()
        if room is None:
            return None
        if person is not None:
            return room, person
        # The one who was chosen has gone. The next in line is only shown as chosen; a second press acts.
        first = self.choose_first_person()
        if first is not None:
            shown = next(b.binding for b in self.active_bindings.values() if b.binding.id == key)
            self.app.tell("act.again", who=who(first, self.app.words), key=self.app.get_key_display(shown))
        return None

    # acts

    async def _let_in(self, room: Room, person: Person) -> None:
        say = self.app.words.say
        name = who(person, self.app.words)
        if person.lane == "judge":
            sure = Confirm(say("ask.judge", who=name), self.where(room), say("verdict.judge_long"))
            if not await self.app.push_screen_wait(sure):
                return
        act = wire.LetIn(command=new_command(), knock=person.knock)
        await self.carry("let_in", room, person, lambda: self.app.client.let_in(room.room, act))

    async def _turn_away(self, room: Room, person: Person) -> None:
        words = await self.ask_words("turn_away", room, person, least=1, most=300)
        if words:
            act = wire.TurnAway(command=new_command(), knock=person.knock, reason=words)
            await self.carry("turn_away", room, person, lambda: self.app.client.turn_away(room.room, act))

    async def _write(self, room: Room, person: Person) -> None:
        words = await self.ask_words("write", room, person, least=1, most=500)
        if words:
            act = wire.Write(command=new_command(), knock=person.knock, text=words)
            await self.carry("write", room, person, lambda: self.app.client.write(room.room, act))

    async def _write_all(self, room: Room) -> None:
        say = self.app.words.say
        title = say("ask.write_all", n=len(room.waiting))
        ask = AskWords(title, self.where(room), say("ask.write.help"), least=1, most=500)
        if words := await self.app.push_screen_wait(ask):
            act = wire.Write(command=new_command(), text=words)
            await self.carry("write_all", room, None, lambda: self.app.client.write(room.room, act))

    async def _finish(self, room: Room) -> None:
        say = self.app.words.say
        title = say("ask.finish", who=self.citizen(room))
        if await self.app.push_screen_wait(Confirm(title, self.where(room), say("ask.finish.help"))):
            act = wire.Finish(command=new_command(), visit=room.visit)
            await self.carry("finish", room, None, lambda: self.app.client.finish(room.room, act))

    async def _reveal(self, room: Room, person: Person | None) -> None:
        words = await self.ask_words("reveal", room, person, least=3, most=300)
        if not words:
            return
        act = wire.Reveal(command=new_command(), knock=person.knock if person is not None else None, reason=words)

        async def ask() -> wire.Done:
            told = await self.app.client.reveal(room.room, act)
            if self.app.app_focus and self.app.screen is self:
                self.hide_name()
                await self.mount(RevealedName(told.name, told.seconds), after="#stale")
            else:
                self.app.tell("reveal.unseen")
            return wire.Done(command=act.command, reason="allowed", text="")

        await self.carry("reveal", room, person, ask)

    # the common way

    async def carry(
        self, act: str, room: Room, person: Person | None, send: Callable[[], Awaitable[wire.Done]], name: str = ""
    ) -> None:
        """Check once more, say that it was asked, send, and say what came of it. `name`: whom it is about, else."""
        app, watch = self.app, self.app.watched
        knock = person.knock if person is not None else ""
        if not watch.standing().may_act:
            app.tell("act.not_now", bad=True)
            return
        if not _still(act, room, knock, watch.board.rooms.get(room.key)):
            app.tell("act.changed", bad=True)
            return
        if watch.happenings.pending(act, room.room, knock):
            app.tell("act.pending")
            return
        name = name or (who(person, app.words) if person is not None else self.citizen(room))
        await self.see_through(watch.happenings.asked(act, room, name, knock, watch.now()), send)

    async def ask_words(self, act: str, room: Room, person: Person | None, *, least: int, most: int) -> str | None:
        """Ask for words, naming whom they are about; None: thought better of."""
        say = self.app.words.say
        name = who(person, self.app.words) if person is not None else self.citizen(room)
        ask = AskWords(say(f"ask.{act}", who=name), self.where(room), say(f"ask.{act}.help"), least=least, most=most)
        return await self.app.push_screen_wait(ask)

    def citizen(self, room: Room) -> str:
        """Whose visit it is, masked."""
        return citizen_name(room) or self.app.words.say("ask.nobody")

    def where(self, room: Room) -> str:
        """With whom, and in which unit."""
        return self.app.words.say("ask.at", staff=staff_names(room), unit=safe(room.unit, 60))


def _still(act: str, meant: Room, knock: str, now: Room | None) -> bool:
    """Whether what was meant when the key was pressed is still there and possible: the person, or the very visit."""
    if now is None:
        return False
    if knock:
        return any(person.knock == knock and person.allows(act) for person in now.waiting)
    if act in (Act.WRITE_ALL, WRITE_UNIT):
        return now.allows(Act.WRITE_ALL) or act == WRITE_UNIT
    return now.visit == meant.visit and now.citizen == meant.citizen and now.allows(act)
