"""The walk: from the calendar's booking to the note in the outbox, by everybody's own way, and nothing else happens.

Maja Krog of the job centre meets two citizens, one after the other; Sonja Møller meets one with an interpreter; Nina
Vest has somebody on the telephone and meets them by video. Everybody presses what a person would press.
"""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from xmpp_agent.demo.calendar import Booking, NotBookedError, Wish
from xmpp_agent.demo.diary import DayFault, Diary, Expected
from xmpp_agent.demo.gateways.courier import Courier
from xmpp_agent.demo.sightings import FOCUS, What
from xmpp_agent.demo.town import Town
from xmpp_agent.demo.townspeople import CITIZENS, FOLLOWERS, STAFF, STRANGER, Citizen
from xmpp_agent.demo.walkers import AtWork, Invited, Stage, delivered, letter_to, link_in, text_to

ANNA, BO, CARLA = CITIZENS[:3]
MAJA, SONJA, NINA = STAFF[0], STAFF[2], STAFF[3]
IDA = FOLLOWERS[0]
CALENDAR = "Kalenderen"
CALLER = "Opkald"
NUMBER = "+4520998877"
"""Of somebody who calls the hotline."""
_SAYS_TOO_MUCH = ("jobcenter", "psyk", "ambulatorium", "akut", "mitid")
"""Nothing of this may stand on a locked screen."""


class Walk:
    """One walk through a town."""

    def __init__(self, town: Town, diary: Diary, held: AsyncExitStack) -> None:
        self._town, self._diary = town, diary
        self.stage = Stage(town, diary, held, [], [], [])
        self._letters, self._texts = 0, 0
        self._maja, self._sonja, self._nina = (AtWork(self.stage, one) for one in (MAJA, SONJA, NINA))

    async def play(self) -> None:
        """All of it. Raises DayFault, ReaderFault, GuestFault."""
        await self._first_meeting()
        await self._wrong_person()
        await self._next_citizen()
        await self._changed_plans()
        await self._follow_up()
        await self._hotline()
        self._counted()

    # Job centre: Anna by Digital Post, Carla by SMS.

    async def _first_meeting(self) -> None:
        say = self._diary.step
        self._anna = await self._by_post(Wish(ANNA, "jobcenter", "samtale", MAJA), "Indkaldelse")
        anna = self._came = Invited(self.stage, ANNA.name)
        await say(anna.name, ("åbner linket i brevet", "opens the link of the letter"), self._open_letter(anna, ANNA))
        await say(anna.name, ("prøver kamera og mikrofon", "tests camera and microphone"), anna.begin())
        await say(anna.name, ("logger ind med MitID", "logs in with MitID"), anna.log_in(ANNA.id))
        await self._waits(anna, first=True)
        await self._at_work(self._maja)
        row = f"r-{self._anna.id}"
        proof = "Bekræftet med MitID, niveau betydelig"
        seen = self._maja.page.see(row, ANNA.name, "Venter i venteværelset", proof, "Kamera og lyd Virker", "Åbnet")
        await say(MAJA.name, ("ser, at hun venter, og hvem hun er", "sees that she waits, and who she is"), seen)
        await self._opens(self._maja, f"{ANNA.name} ✓ MitID")
        await self._lets_in(self._maja, anna)
        await say(MAJA.name, ("ser, at hun er inde", "sees that she is inside"), self._maja.page.see(row, "Inde"))

    async def _wrong_person(self) -> None:
        say = self._diary.step
        self._carla = await self._by_text(Wish(CARLA, "jobcenter", "samtale", MAJA, starts_in=10), CARLA.phone)
        frede = Invited(self.stage, STRANGER.name)
        link = link_in(text_to(self._town, CARLA.phone))
        await say(frede.name, ("har fundet Carlas telefon", "has found Carla's telephone"), frede.press_link(link))
        await frede.begin()
        await say(
            frede.name, ("logger ind med sit eget MitID", "logs in with his own MitID"), frede.log_in(STRANGER.id)
        )
        frede.must_read("Vi kunne ikke se, at det er dig, mødet er til", "Hjælp mig")
        self._diary.line(frede.name, "kommer ikke længere · gets no further")
        seen = self._maja.page.see(f"r-{self._carla.id}", "MitID, men ikke den inviterede")
        await say(MAJA.name, ("ser, at en anden prøvede", "sees that somebody else tried"), seen)

    async def _next_citizen(self) -> None:
        say = self._diary.step
        carla, anna = Invited(self.stage, CARLA.name), self._came
        link = link_in(text_to(self._town, CARLA.phone))
        await say(carla.name, ("åbner linket i sin sms", "opens the link of her SMS"), carla.press_link(link))
        await carla.begin()
        await say(carla.name, ("logger ind med MitID", "logs in with MitID"), carla.log_in(CARLA.id))
        await self._waits(carla, first=True, staff=self._maja)
        await self._recording(self._maja, self._anna, anna)
        await self._finishes(self._maja, self._anna, anna)
        await self._writes_note(self._maja, self._anna, ANNA.name)
        await self._lets_in(self._maja, carla)
        await self._finishes(self._maja, self._carla, carla)
        await self._writes_note(self._maja, self._carla, CARLA.name)
        await self._leaves(self._maja)

    async def _changed_plans(self) -> None:
        booked = await self._by_post(Wish(BO, "jobcenter", "samtale", MAJA, starts_in=90), "Indkaldelse")
        link = link_in(letter_to(self._town, BO.person.cpr))
        calendar = self._town.calendar
        await self._told(
            ("flytter mødet en time", "moves the meeting by an hour"), calendar.move(booked.id, 60), "Ny tid"
        )
        await self._told(("aflyser mødet", "cancels the meeting"), calendar.cancel(booked.id), "Aflysning")
        bo = Invited(self.stage, BO.name)
        await bo.page.open(link)
        bo.must_read("Mødet er aflyst")

    async def _told(self, words: tuple[str, str], act: Awaitable[Booking], label: str) -> None:
        await self._diary.step(CALENDAR, words, delivered(self._town.post.courier, act))
        self._letters += 1
        letter_to(self._town, BO.person.cpr, label)
        self._diary.line(BO.name, "får besked i Digital Post · is told by Digital Post")

    # Psychiatry: a follow-up with an interpreter.

    async def _follow_up(self) -> None:
        for met, asked, reason in ((False, True, "not_met"), (True, False, "not_asked_for")):
            wish = Wish(BO, "ambulatorium", "opfoelgning", SONJA, (IDA,), met=met, asked=asked)
            await self._is_refused(wish, reason)
        wish = Wish(BO, "ambulatorium", "opfoelgning", SONJA, (IDA,), met=True, asked=True)
        booked = await self._by_text(wish, BO.phone, IDA.phone)
        bo, ida = Invited(self.stage, BO.name), Invited(self.stage, IDA.name)
        await self._open_text(bo, BO.phone)
        await bo.begin()
        await bo.log_in(BO.id)
        await self._open_text(ida, IDA.phone)
        ida.must_read("Jeg bekræfter, at jeg er fyldt 18 år", "tolk")
        await ida.begin(of_age="yes")
        await self._waits(ida, first=False)
        await self._waits(bo, first=True)
        await self._at_work(self._sonja)
        await self._sonja.page.see(f"r-{booked.id}", f"Kommer med {IDA.name}, tolk", "Venter i venteværelset")
        await self._opens(self._sonja, f"{IDA.name} (tolk)", f"{BO.name} ✓ MitID")
        await self._lets_in(self._sonja, bo, ida)
        await self._finishes(self._sonja, booked, bo, ida)
        await self._writes_note(self._sonja, booked, BO.name, IDA.name)
        await self._leaves(self._sonja)

    # The hotline.

    async def _hotline(self) -> None:
        say, nina = self._diary.step, self._nina
        await self._at_work(nina)
        await nina.page.click("Hotline")
        page = nina.page.at
        pressed = datetime.now(UTC)
        typed = nina.page.press("Send link, og åbn mødet", {"number": NUMBER.removeprefix("+45")})
        into = await delivered(self._town.sms.courier, typed)
        self._texts += 1
        took = (self._town.sms.accepted[-1].at - pressed).total_seconds()
        self._diary.line(NINA.name, f"sms afleveret · SMS handed over: {took * 1000:.0f} ms")
        await say(
            NINA.name,
            ("skriver nummeret og venter i mødet", "types the number and waits in the meeting"),
            nina.go_in(into),
            *_inside(NINA.name),
        )
        await nina.page.open(page)
        (row,) = [row for row in nina.page.page.rows if row.startswith("c-")]
        await nina.page.see(row, "Sms leveret", NUMBER)
        caller = Invited(self.stage, CALLER)
        await caller.press_link(link_in(text_to(self._town, NUMBER)))
        caller.must_read("Du skal ikke logge ind, og vi spørger ikke om dit navn", "Forlad siden hurtigt")
        await self._caller_comes_and_goes(caller, row)

    async def _caller_comes_and_goes(self, caller: Invited, row: str) -> None:
        say, nina = self._diary.step, self._nina
        await say(
            CALLER,
            ("trykker én gang og er inde", "presses once and is in"),
            caller.go_in(await caller.page.press("Gå ind")),
            Expected(CALLER, What.INSIDE),
            *(Expected(CALLER, What.SEES_COME, who) for who in (FOCUS, NINA.name)),
            Expected(NINA.name, What.SEES_COME, CALLER),
        )
        await nina.page.see(row, "Inde")
        await say(
            CALLER,
            ("mister forbindelsen", "loses the connection"),
            caller.guest.hang_up(),
            Expected(NINA.name, What.SEES_GO, CALLER),
        )
        lost = nina.page.see(row, "Mistet kontakt", f"Ring op: {NUMBER}")
        await say(NINA.name, ("ser det og kan ringe op", "sees it and can call back"), lost)
        ended = nina.page.press("Samtalen er slut", about=row.removeprefix("c-"))
        await say(NINA.name, ("afslutter samtalen", "ends the call"), ended)
        await nina.page.see(row, "Slut")
        other = Invited(self.stage, "En anden")
        await other.page.open(self.stage.links[-1])
        other.must_read("Linket virker ikke længere")
        self._diary.line("Linket", "er dødt · is dead")
        await self._leaves(nina)

    # What happens more than once.

    async def _by_post(self, wish: Wish, label: str) -> Booking:
        booked = await self._book(wish, self._town.post.courier, 1)
        self._letters += 1
        letter_to(self._town, wish.citizen.person.cpr, label)
        self._diary.line(wish.citizen.name, "har et brev i Digital Post · has a letter in Digital Post")
        return booked

    async def _by_text(self, wish: Wish, *phones: str) -> Booking:
        booked = await self._book(wish, self._town.sms.courier, len(phones))
        self._texts += len(phones)
        for phone in phones:
            text = text_to(self._town, phone)
            if any(word in text.lower() for word in _SAYS_TOO_MUCH):
                raise DayFault(f"the message says too much: {text}")
        names = ", ".join((wish.citizen.name, *(one.name for one in wish.followers)))
        self._diary.line(names, "har en sms · has an SMS")
        return booked

    async def _book(self, wish: Wish, courier: Courier, messages: int) -> Booking:
        self._diary.line(f"» {CALENDAR}", f"booker {wish.citizen.name} · books {wish.citizen.name}")
        return await delivered(courier, self._town.calendar.book(wish), messages)

    async def _is_refused(self, wish: Wish, reason: str) -> None:
        try:
            await self._town.calendar.book(wish)
        except NotBookedError as no:
            if no.reason != reason:
                raise DayFault(f"the booking was refused for {no.reason} instead of {reason}") from None
            self._diary.line(CALENDAR, f"får nej · is told no: {no}")
            return
        raise DayFault(f"the booking was not refused for {reason}")

    async def _at_work(self, who: AtWork) -> None:
        await self._diary.step(who.name, ("logger ind på arbejdet", "signs on at work"), who.sign_on())

    async def _waits(self, who: Invited, *, first: bool, staff: AtWork | None = None) -> None:
        """Through the last button into the lobby. `first`: they are told that they are next; `staff`: who sees it."""
        mark = f"{who.name} ✓ MitID"
        await self._diary.step(
            who.name,
            ("går ind og venter", "goes in and waits"),
            who.enter(),
            Expected(who.name, What.SENT_TO_LOBBY),
            Expected(who.name, What.WAITS),
            *((Expected(who.name, What.READS, "den næste"),) if first else ()),
            *((Expected(staff.name, What.LISTED, mark),) if staff is not None else ()),
        )

    async def _opens(self, who: AtWork, *waiting: str) -> None:
        await self._diary.step(
            who.name,
            ("åbner sit lokale", "opens the room"),
            who.open_room(),
            *_inside(who.name),
            *(Expected(who.name, What.LISTED, one) for one in waiting),
        )

    async def _lets_in(self, staff: AtWork, *people: Invited) -> None:
        """One press on *next*; a companion follows the citizen."""
        names = [one.name for one in people]
        seen = [(one, other) for one in names for other in (FOCUS, staff.name, *names) if other != one]
        await self._diary.step(
            staff.name,
            (f"trykker Næste: {names[0]}", f"presses Next: {names[0]}"),
            staff.call_next(),
            *(Expected(one, what) for one in names for what in (What.ASKED_IN, What.INSIDE)),
            *(Expected(one, What.SEES_COME, other) for one, other in seen),
            *(Expected(staff.name, what, one) for one in names for what in (What.SEES_COME, What.UNLISTED)),
        )

    async def _finishes(self, staff: AtWork, booked: Booking, *people: Invited) -> None:
        await staff.page.see(f"r-{booked.id}", "Inde", "Afslut besøg")
        names = [one.name for one in people]
        # Who of two is put out first sees nothing of the other's going, and the other one does.
        others = frozenset((one, What.SEES_GO) for one in names if len(names) > 1)
        await self._diary.step(
            staff.name,
            ("afslutter besøget", "finishes the visit"),
            staff.finish(booked.id),
            *(Expected(one, What.PUT_OUT, "Besøget er slut") for one in names),
            *(Expected(staff.name, What.SEES_GO, one) for one in names),
            allowed=others,
        )

    async def _recording(self, staff: AtWork, booked: Booking, citizen: Invited) -> None:
        """Near the end: refused without a yes, asked for, agreed to, made, and in the case by itself."""
        say = self._diary.step
        refused = staff.presses_record_in_vain()
        told = Expected(staff.name, What.READS, "Alle i mødet skal først sige ja til at blive optaget")
        await say(staff.name, ("må ikke optage uden et ja", "may not record without a yes"), refused, told)
        await say(staff.name, ("beder om lov til at optage", "asks whether it may be recorded"), staff.ask(booked.id))
        await say(citizen.name, ("siger ja på sin side", "says yes on her page"), citizen.agree())
        for action, words in (
            ("start", ("optager", "records")),
            ("stop", ("stopper optagelsen", "stops the recording")),
        ):
            seen = (Expected(one.name, What.RECORDED, "on" if action == "start" else "off") for one in (staff, citizen))
            await say(staff.name, words, staff.record(action), *seen)
        filed = staff.sees_filed(booked.id)
        await say(staff.name, ("ser, at den ligger i sagen", "sees that it is in the case"), filed)

    async def _writes_note(self, staff: AtWork, booked: Booking, *people: str) -> None:
        note = staff.write_note(booked.id, "Vi har aftalt en ny tid.", *people)
        await self._diary.step(staff.name, ("skriver notat til journalen", "writes a note for the journal"), note)

    async def _leaves(self, staff: AtWork) -> None:
        await self._diary.step(staff.name, ("går", "leaves"), staff.guest.leave(), Expected(staff.name, What.LEFT))

    async def _open_letter(self, who: Invited, citizen: Citizen) -> None:
        await who.press_link(link_in(letter_to(self._town, citizen.person.cpr)))

    async def _open_text(self, who: Invited, phone: str) -> None:
        opens = who.press_link(link_in(text_to(self._town, phone)))
        await self._diary.step(who.name, ("åbner linket i sin sms", "opens the link of the SMS"), opens)

    def _counted(self) -> None:
        """Nothing else was sent, nothing sent was wrong, and nobody had another's link or pass. Raises DayFault."""
        post, sms = self._town.post, self._town.sms
        if post.faults:
            raise DayFault(f"Digital Post did not take everything: {post.faults}")
        sent = (len(post.mailbox), len(sms.accepted))
        if sent != (self._letters, self._texts):
            raise DayFault(f"{sent} letters and messages were sent instead of {(self._letters, self._texts)}")
        if len(set(self.stage.tokens)) != len(self.stage.tokens):
            raise DayFault("two people had the same pass")
        self._diary.line("Portner", f"sendte {sent[0]} breve og {sent[1]} sms'er · letters and messages sent")


def _inside(staff: str) -> tuple[Expected, ...]:
    """What staff see who open a room."""
    return (
        Expected(staff, What.INSIDE, "moderator"),
        Expected(staff, What.SEES_COME, FOCUS),
        Expected(staff, What.AT_DESK),
    )


@asynccontextmanager
async def walk(town: Town, diary: Diary) -> AsyncIterator[Walk]:
    """A walk that is ready to play; at the end everybody hangs up and closes their windows."""
    async with AsyncExitStack() as held:
        yield Walk(town, diary, held)
