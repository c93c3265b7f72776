"""The day that plays by itself: every expected thing must happen, and nothing else may.

Vera Holm at the job centre has three citizens, one with an interpreter; Karen Lind has the hotline. Somebody comes with
a pass for another room, somebody with none. Names and CPR numbers are invented.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tui.agent.client import AgentClient, new_command
from xmpp_agent import wire
from xmpp_agent.demo.diary import DayFault, Diary, Expected
from xmpp_agent.demo.guest import Door, Guest
from xmpp_agent.demo.premises import CLINIC_CALL, Meeting, Premises
from xmpp_agent.demo.sightings import FOCUS, What
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.wire import RoomPhase

VERA, KAREN = "Vera Holm", "Karen Lind"
ANNA, BO, IDA, CARLA = "Anna Hansen", "Bo Berg", "Ida Tolstrup", "Carla Dam"
ERIK, DAN, NOBODY = "Erik Falk", "Dan Friis", "En uden adgangskort"
SUPERVISOR = "Lederen"


def door_of(premises: Premises) -> Door:
    """Where the guests go."""
    stock = premises.stock
    return Door(stock.domain, stock.rooms, stock.lobby, f"focus@{stock.services}/focus", stock.c2s_port)


class ClinicDay:
    """One day: the people, the supervisor at the console, the diary."""

    def __init__(self, premises: Premises, diary: Diary, console: AgentClient, held: AsyncExitStack) -> None:
        self._premises, self._diary, self._console, self._held = premises, diary, console, held
        self._guests: dict[str, Guest] = {}
        self._anna = self._bo = self._carla = self._dan = self._erik = Booked("", "", "", "", ())

    async def play(self) -> None:
        """From the first knock to the last goodbye. Raises DayFault, GuestFault, ChildFault."""
        await self._bookings()
        await self._early()
        await self._room_opens()
        await self._strangers()
        await self._first_visit()
        await self._restart()
        await self._next_visit()
        await self._hotline()
        await self._end()

    async def _bookings(self) -> None:
        unit, tolk = "Jobcenter", ((CompanionKind.INTERPRETER, IDA),)
        self._anna = await self._premises.book(Meeting(ANNA, VERA, unit, "010190-1234", starts_in=600))
        self._bo = await self._premises.book(Meeting(BO, VERA, unit, "020280-4321", starts_in=1200, companions=tolk))
        self._carla = await self._premises.book(Meeting(CARLA, VERA, unit, "030370-2468", starts_in=-900))
        self._dan = await self._premises.book(Meeting(DAN, KAREN, "Akuttelefon", "", policy=CLINIC_CALL.id))
        self._erik = await self._premises.book(Meeting(ERIK, KAREN, "Akuttelefon", "", policy=CLINIC_CALL.id))

    async def _guest(self, name: str, node: str, token: str, *, hesitates: bool = False) -> None:
        guest = Guest(name, door_of(self._premises), node, self._diary.saw, hesitates=hesitates)
        self._held.push_async_callback(guest.hang_up)
        self._guests[name] = guest
        if await guest.log_in(token):
            await guest.come()

    async def _citizen(self, name: str, booked: Booked, cpr: str, *, hesitates: bool = False) -> None:
        token = await self._premises.citizen_token(booked, cpr)
        await self._guest(name, booked.room, token, hesitates=hesitates)

    async def _staff(self, name: str, booked: Booked) -> None:
        await self._guest(name, booked.room, await self._premises.staff_token(booked))

    async def _early(self) -> None:
        waits = (What.SENT_TO_LOBBY, What.WAITS)
        comes = ("kommer tidligt", "comes early")
        anna = self._citizen(ANNA, self._anna, "010190-1234")
        await self._diary.step(ANNA, comes, anna, *_all(ANNA, *waits), Expected(ANNA, What.READS, "den næste"))
        interpreter = self._guest(IDA, self._bo.room, await self._premises.companion_token(self._bo, 0))
        await self._diary.step(
            IDA, ("tolken kommer før borgeren", "interpreter, comes first"), interpreter, *_all(IDA, *waits)
        )
        bo = self._citizen(BO, self._bo, "020280-4321")
        await self._diary.step(BO, comes, bo, *_all(BO, *waits), Expected(BO, What.READS, "nr. 2"))
        await self._board(self._anna.room, RoomPhase.CLOSED, "A. H.", "I. T.", "B. B.")

    async def _room_opens(self) -> None:
        await self._diary.step(
            VERA,
            ("åbner sit lokale", "opens her room"),
            self._staff(VERA, self._anna),
            Expected(VERA, What.INSIDE, "moderator"),
            Expected(VERA, What.SEES_COME, FOCUS),
            Expected(VERA, What.AT_DESK),
            Expected(VERA, What.LISTED, f"{ANNA} ✓ MitID"),
            Expected(VERA, What.LISTED, f"{IDA} (tolk)"),
            Expected(VERA, What.LISTED, f"{BO} ✓ MitID"),
        )
        await self._board(self._anna.room, RoomPhase.READY, "A. H.", "I. T.", "B. B.")

    async def _strangers(self) -> None:
        token = await self._premises.citizen_token(self._erik, "")
        await self._diary.step(
            ERIK,
            ("kommer til Veras lokale med et adgangskort til et andet", "comes to Vera's room with a pass for another"),
            self._guest(ERIK, self._anna.room, token),
            Expected(ERIK, What.TURNED_BACK, "not-allowed"),
        )
        await self._diary.step(
            ERIK,
            ("prøver døren alligevel", "tries the door all the same"),
            self._guests[ERIK].try_door(),
            Expected(ERIK, What.TURNED_BACK, "not-allowed"),
        )
        await self._diary.step(
            ERIK,
            ("banker på i venteværelset", "knocks in the waiting room"),
            self._guests[ERIK].knock(),
            Expected(ERIK, What.WAITS),
            Expected(ERIK, What.TOLD, "Adgangskortet gælder et andet møde"),
        )
        await self._diary.step(
            NOBODY,
            ("kommer uden adgangskort", "comes without a pass"),
            self._guest(NOBODY, self._anna.room, "intet"),
            Expected(NOBODY, What.LOGIN_REFUSED),
        )

    async def _first_visit(self) -> None:
        vera = self._guests[VERA]
        await self._diary.step(
            VERA,
            ("lukker Anna Hansen ind", "lets Anna Hansen in"),
            vera.ask_in(f"{ANNA} ✓ MitID"),
            *_all(ANNA, What.ASKED_IN, What.INSIDE),
            *(Expected(ANNA, What.SEES_COME, name) for name in (FOCUS, VERA)),
            Expected(VERA, What.SEES_COME, ANNA),
            Expected(VERA, What.UNLISTED, ANNA),
            Expected(BO, What.READS, "den næste"),
        )
        await self._diary.step(
            VERA,
            ("vil lukke Bo Berg ind, mens Anna er der", "wants Bo Berg in while Anna is there"),
            vera.ask_in(f"{BO} ✓ MitID"),
            Expected(VERA, What.UNLISTED, BO),
            Expected(VERA, What.LISTED, BO),
            Expected(VERA, What.READS, "venter stadig"),
        )
        await self._diary.step(
            SUPERVISOR,
            ("skriver til Bo Berg", "writes to Bo Berg"),
            self._write("B. B.", "Vi er lidt forsinkede."),
            Expected(BO, What.READS, "Vi er lidt forsinkede."),
        )
        await self._diary.step(
            BO,
            ("svarer", "answers"),
            self._guests[BO].write("Tak, jeg venter."),
            Expected(VERA, What.READS, "Tak, jeg venter."),
        )

    async def _restart(self) -> None:
        late = ("kommer for sent og ser venteværelsets skærm", "comes late and reads the waiting room's screen")
        carla = self._citizen(CARLA, self._carla, "030370-2468", hesitates=True)
        await self._diary.step(CARLA, late, carla, Expected(CARLA, What.SENT_TO_LOBBY))
        await self._diary.step("Portner", ("falder ud", "is killed"), self._premises.agent.stop(kill=True))
        away = ("banker på, mens Portner er væk", "knocks while Portner is away")
        await self._diary.step(CARLA, away, self._guests[CARLA].knock(), Expected(CARLA, What.WAITS))
        await self._diary.step(
            "Portner",
            ("er tilbage og finder alle igen", "is back and finds everybody again"),
            self._premises.start_agent(),
            *(Expected(name, What.WAITS) for name in (BO, IDA, CARLA)),
            Expected(VERA, What.AT_DESK),
            Expected(VERA, What.LISTED, f"{CARLA} ✓ MitID"),
            Expected(CARLA, What.READS, "nr. 2"),
            # Portner tells and shows again what it cannot know to have been told and shown.
            allowed=frozenset({(VERA, What.LISTED), (VERA, What.UNLISTED), (BO, What.READS)}),
        )
        await self._board(self._anna.room, RoomPhase.VISIT, "I. T.", "B. B.", "C. D.")
        await self._guests[VERA].caught_up()
        shown = self._guests[VERA].waiting_list
        if shown != (f"{IDA} (tolk)", f"{BO} ✓ MitID", f"{CARLA} ✓ MitID"):
            raise DayFault(f"Vera's waiting list is not in order of arrival: {', '.join(shown)}")

    async def _next_visit(self) -> None:
        await self._diary.step(
            SUPERVISOR,
            ("afslutter besøget", "finishes the visit"),
            self._finish(),
            Expected(ANNA, What.PUT_OUT, "Besøget er slut"),
            Expected(VERA, What.SEES_GO, ANNA),
        )
        await self._diary.step(
            SUPERVISOR,
            ("lukker Bo Berg ind; tolken følger", "lets Bo Berg in; the interpreter follows"),
            self._let_in("B. B."),
            *_all(BO, What.ASKED_IN, What.INSIDE),
            *_all(IDA, What.ASKED_IN, What.INSIDE),
            *(Expected(BO, What.SEES_COME, name) for name in (FOCUS, VERA, IDA)),
            *(Expected(IDA, What.SEES_COME, name) for name in (FOCUS, VERA, BO)),
            *(Expected(VERA, What.SEES_COME, name) for name in (BO, IDA)),
            *(Expected(VERA, What.UNLISTED, name) for name in (BO, IDA)),
            Expected(CARLA, What.READS, "den næste"),
        )
        await self._diary.step(
            SUPERVISOR,
            ("afviser Carla Dam", "turns Carla Dam away"),
            self._turn_away("C. D.", "Ring til os, så finder vi en ny tid."),
            Expected(CARLA, What.TOLD, "Ring til os"),
            Expected(VERA, What.UNLISTED, CARLA),
        )

    async def _hotline(self) -> None:
        await self._diary.step(
            KAREN,
            ("åbner akuttelefonen", "opens the hotline"),
            self._staff(KAREN, self._dan),
            Expected(KAREN, What.INSIDE, "moderator"),
            Expected(KAREN, What.SEES_COME, FOCUS),
            Expected(KAREN, What.AT_DESK),
        )
        await self._diary.step(
            DAN,
            ("ringer op og kommer lige ind", "calls and goes straight in"),
            self._citizen(DAN, self._dan, ""),
            Expected(DAN, What.INSIDE),
            *(Expected(DAN, What.SEES_COME, name) for name in (FOCUS, KAREN)),
            Expected(KAREN, What.SEES_COME, DAN),
        )

    async def _end(self) -> None:
        await self._diary.step(
            SUPERVISOR,
            ("afslutter sidste besøg", "finishes the last visit"),
            self._finish(),
            Expected(BO, What.PUT_OUT, "Besøget er slut"),
            Expected(IDA, What.SEES_GO, BO),
            Expected(IDA, What.PUT_OUT, "Besøget er slut"),
            *(Expected(VERA, What.SEES_GO, name) for name in (BO, IDA)),
        )
        for name, who in ((DAN, KAREN), (KAREN, ""), (VERA, "")):
            seen = (Expected(who, What.SEES_GO, name),) if who else ()
            leaves = self._guests[name].leave()
            await self._diary.step(name, ("går", "leaves"), leaves, Expected(name, What.LEFT), *seen)
        for guest in self._guests.values():
            await guest.caught_up()

    async def _row(self, node: str) -> wire.RoomRow:
        rows = [row for row in (await self._console.board()).rooms if row.room == node]
        if not rows:
            raise DayFault("the console does not show the room")
        return rows[0]

    async def _board(self, node: str, phase: RoomPhase, *waiting: str) -> None:
        """The console shows the room so, and the waiting in this order."""
        row = await self._row(node)
        shown = tuple(person.masked for person in row.waiting)
        if (row.phase, shown) != (phase, waiting):
            raise DayFault(f"the console shows {row.phase} {shown} instead of {phase} {waiting}")
        names = ", ".join(waiting) or "–"
        self._diary.line("Konsol", f"lokale · room: {phase}; venter · waiting: {names}")

    async def _knock_of(self, masked: str) -> str:
        waiting = {person.masked: person.knock for person in (await self._row(self._anna.room)).waiting}
        return waiting[masked]

    async def _write(self, masked: str, words: str) -> None:
        act = wire.Write(command=new_command(), knock=await self._knock_of(masked), text=words)
        await self._console.write(self._anna.room, act)

    async def _let_in(self, masked: str) -> None:
        act = wire.LetIn(command=new_command(), knock=await self._knock_of(masked))
        await self._console.let_in(self._anna.room, act)

    async def _turn_away(self, masked: str, words: str) -> None:
        act = wire.TurnAway(command=new_command(), knock=await self._knock_of(masked), reason=words)
        await self._console.turn_away(self._anna.room, act)

    async def _finish(self) -> None:
        row = await self._row(self._anna.room)
        await self._console.finish(self._anna.room, wire.Finish(command=new_command(), visit=row.visit))


def _all(who: str, *whats: What) -> tuple[Expected, ...]:
    return tuple(Expected(who, what) for what in whats)


@asynccontextmanager
async def clinic_day(premises: Premises, diary: Diary) -> AsyncIterator[ClinicDay]:
    """A day that is ready to play; at the end everybody hangs up."""
    async with AsyncExitStack() as held:
        console = await held.enter_async_context(AgentClient(premises.settings.socket))
        yield ClinicDay(premises, diary, console, held)
