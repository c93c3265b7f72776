"""Bookings, changes, failures, receipts, silence in any order: nothing twice or after it arrived, and always an end."""

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typing_extensions import override

from tests.rules.invited import ANNA, CALL, DAY, EMAIL, HOUR, POST, SMS, TOLK, cancelled, entry, plan
from tests.rules.scenes import NOW
from xmpp_agent.model.appointments import Entry, Rung
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.rules import ladder, letter_steps
from xmpp_agent.rules.in_doubt import Word, given_up, settled
from xmpp_agent.rules.last_look import as_it_may_go
from xmpp_agent.rules.letter_plans import deadline, is_overtaken, people
from xmpp_agent.rules.letter_steps import COMES_FROM

QUEUED, SENDING, SENT = LetterState.QUEUED, LetterState.SENDING, LetterState.SENT
LADDERS = st.lists(
    st.builds(Rung, st.sampled_from([POST, SMS, EMAIL]), st.sampled_from([0.0, 600.0, 1800.0])), min_size=1, max_size=4
).map(tuple)
ANSWERS = ["taken", "taken", "no", "busy", "unsure", "unsure but taken"]
LATER = frozenset({About.FRESH_LINK, About.HOTLINE})


class Post(RuleBasedStateMachine):
    """One appointment's letters, with gateways that do anything."""

    entry: Entry
    tells: frozenset[Channel]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.letters: dict[str, Letter] = {}
        self.handed: Counter[str] = Counter()
        self.unsure: set[str] = set()
        self.may_have_it: set[str] = set()
        """Letters that one attempt at least may have brought there."""
        self.may_have_heard: set[str] = set()
        """Whoever might have had one when it was called off."""

    @initialize(
        rungs=LADDERS,
        reminders=st.sets(st.sampled_from([600.0, HOUR, DAY])).map(tuple),
        starts_in=st.sampled_from([2 * DAY, 2 * DAY, HOUR, 60.0, -60.0]),
        companion=st.booleans(),
        tells=st.sets(st.sampled_from([POST, SMS, EMAIL])).map(frozenset),
    )
    def book(
        self,
        rungs: tuple[Rung, ...],
        reminders: tuple[float, ...],
        starts_in: float,
        companion: bool,
        tells: frozenset[Channel],
    ) -> None:
        self.entry = entry(plan(rungs, reminders), starts_in=starts_in, companion=companion)
        self.tells = tells
        self.keep(*ladder.on_booking(self.entry, self.now))

    def keep(self, *letters: Letter) -> None:
        """As the store does: a letter only goes forward."""
        for letter in letters:
            stands = self.letters.get(letter.id)
            planned = letter.state is QUEUED and not letter.attempts
            before = {QUEUED} if planned else COMES_FROM[letter.state]
            hides = letter.state is LetterState.DROPPED and stands is not None and stands.attempts > letter.attempts
            if stands is None or (stands.state in before and not hides):
                self.letters[letter.id] = letter

    def climb(self) -> None:
        """What the flow adds to each step; a second look adds nothing."""
        steps = ladder.next_steps(self.entry, tuple(self.letters.values()), self.now, self.tells)
        for letter in steps:
            stands = self.letters.get(letter.id)
            assert stands is None or stands.state in COMES_FROM[letter.state]
        self.keep(*steps)
        assert ladder.next_steps(self.entry, tuple(self.letters.values()), self.now, self.tells) == ()

    def step(self, letter: Letter) -> None:
        assert self.letters[letter.id] is letter or self.letters[letter.id].state in COMES_FROM[letter.state]
        self.keep(letter)
        self.climb()

    @rule(seconds=st.sampled_from([30.0, 600.0, 1800.0, DAY]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.climb()

    @rule(number=st.integers(0, 20), answer=st.sampled_from(ANSWERS))
    def hand_over(self, number: int, answer: str) -> None:
        due = [one for one in self.letters.values() if self.is_due(one)]
        if not due:
            return
        letter = due[number % len(due)]
        looked = as_it_may_go(self.entry, letter, tuple(self.letters.values()), self.now)
        if looked is not letter:
            self.step(looked)
            return
        self.nothing_arrived_before(letter)
        claimed = letter_steps.claimed(letter, self.now)
        self.keep(claimed)
        booked = self.entry.appointment
        if answer in ("taken", "unsure but taken"):
            self.handed[letter.id] += 1
            self.may_have_it.add(letter.id)
        if answer == "taken":
            self.step(letter_steps.taken(claimed, booked, "g", 1, self.now))
        elif answer == "busy":
            self.step(letter_steps.try_again(claimed, booked, Failure.BUSY, 0.0, self.now))
        elif answer == "no":
            self.step(letter_steps.failed(claimed, Failure.REFUSED, self.now))
        else:
            self.unsure.add(letter.id)

    def is_due(self, letter: Letter) -> bool:
        return letter.state is QUEUED and letter.due_at <= self.now and letter.channel is not CALL

    def nothing_arrived_before(self, letter: Letter) -> None:
        """Nothing that the person has is sent once more, and nothing that is not true, and nothing too late."""
        booked = self.entry.appointment
        assert letter.sequence == booked.sequence
        assert booked.cancelled is (letter.about is About.CANCELLED)
        assert letter.about in LATER or self.now < booked.starts_at
        if letter.about not in LATER and letter.about is not About.REMINDER:
            same = (letter.person, letter.about, letter.sequence)
            others = [one for one in self.letters.values() if (one.person, one.about, one.sequence) == same]
            assert not any(one.has_arrived for one in others)

    @precondition(lambda self: any(one.state is SENDING for one in self.letters.values()))
    @rule(word=st.sampled_from(Word))
    def after_a_crash(self, word: Word) -> None:
        for letter in tuple(self.letters.values()):
            if letter.state is SENDING:
                looked = as_it_may_go(self.entry, letter, tuple(self.letters.values()), self.now)
                again = settled(letter, self.entry.appointment, word, self.tells, self.now)
                self.step(again if looked is letter else given_up(letter, looked, word, self.now))
                if word is Word.NEVER_CAME:
                    self.may_have_it.discard(letter.id)

    @rule(number=st.integers(0, 20), says=st.sampled_from([SENT, LetterState.DELIVERED, LetterState.FAILED]))
    def receipt(self, number: int, says: LetterState) -> None:
        taken = [self.letters[ident] for ident in self.handed]
        if taken:
            letter = taken[number % len(taken)]
            self.step(letter_steps.told(letter, self.entry.appointment, says, None, self.now))
            if says is LetterState.FAILED:
                self.may_have_it.discard(letter.id)

    @rule(person=st.sampled_from([ANNA, TOLK]))
    def open(self, person: str) -> None:
        for letter in tuple(self.letters.values()):
            if letter.person == person and letter.sequence == self.entry.appointment.sequence:
                self.keep(letter_steps.opened(letter, self.now))
        self.climb()

    @rule(person=st.sampled_from([ANNA, TOLK]))
    def fresh_link(self, person: str) -> None:
        if person in people(self.entry) and not self.entry.appointment.cancelled:
            self.keep(*ladder.on_fresh_link(self.entry, tuple(self.letters.values()), person, self.now))

    @rule(starts_in=st.sampled_from([60.0, HOUR, 2 * DAY]), stale=st.booleans(), sure=st.integers(0, 3))
    def move(self, starts_in: float, stale: bool, sure: int) -> None:
        """`stale`: booking read the letters before the last one was handed over."""
        if sure or self.entry.appointment.cancelled:
            return
        booked, starts_at = self.entry.appointment, self.now + starts_in
        later = replace(booked, starts_at=starts_at, ends_at=starts_at + HOUR, sequence=booked.sequence + 1)
        self.entry = replace(self.entry, appointment=later)
        letters = tuple(self.letters.values())
        self.keep(*ladder.on_change(self.entry, self.as_read(letters) if stale else letters, self.now))

    @staticmethod
    def as_read(letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
        """By whoever looked before those that are being handed over were taken for that."""
        return tuple(
            replace(one, state=QUEUED, attempts=one.attempts - 1) if one.state is SENDING else one for one in letters
        )

    @rule(sure=st.integers(0, 9), stale=st.booleans())
    def cancel(self, sure: int, stale: bool) -> None:
        """`stale` as with `move`."""
        if sure == 9 and not self.entry.appointment.cancelled:
            self.may_have_heard = set(self.may_have_it)
            self.entry = cancelled(self.entry, self.now)
            letters = tuple(self.letters.values())
            self.keep(*ladder.on_cancel(self.entry, self.as_read(letters) if stale else letters, self.now))

    @invariant()
    def nothing_is_handed_over_twice(self) -> None:
        assert all(times == 1 for ident, times in self.handed.items() if ident not in self.unsure)

    @override
    def teardown(self) -> None:
        """With every gateway down from now on it comes to an end: nothing waits but calls, everybody is seen to."""
        if not hasattr(self, "entry"):
            return
        for _ in range(500):
            self.after_a_crash(word=Word.COUNTS_ONCE)
            self.climb()
            for _ in range(20):
                self.hand_over(0, "busy")
            waits = [one.due_at for one in self.letters.values() if self.is_open(one)]
            if not waits:
                break
            self.now = max(self.now, min(waits)) + 1
        else:
            raise AssertionError("it does not end")
        for person in people(self.entry):
            self.is_seen_to(person)

    def is_open(self, letter: Letter) -> bool:
        waits = letter.state in (QUEUED, SENDING) and letter.channel is not CALL
        return waits or (letter.state is SENT and letter.channel in self.tells)

    def is_seen_to(self, person: str) -> None:
        """Told or called: nobody who is to be invited, or who may have heard of what is off by now, is forgotten."""
        booked = self.entry.appointment
        # What a late receipt calls failed nobody has heard of after all.
        heard = {self.letters[ident].person for ident in self.may_have_heard & self.may_have_it}
        if not booked.policy.plan.ladder or (booked.cancelled and person not in heard):
            return
        theirs = [one for one in self.letters.values() if one.person == person and not is_overtaken(self.entry, one)]
        tells = [one for one in theirs if one.about is not About.REMINDER]
        reached = any(one.has_arrived or one.state is SENT for one in tells)
        called = any(one.channel is CALL and one.state is QUEUED for one in tells)
        shut = any(one.about is About.FRESH_LINK and one.changed_at >= deadline(booked, one.about) for one in tells)
        assert reached or called or shut, theirs


TestPost = Post.TestCase
TestPost.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
