"""What became of a letter after it was taken: the gateway's receipt, the person at the page, staff's call."""

from collections.abc import Iterable

import structlog

from xmpp_agent.flows.letter_book import LetterBook, only
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.letters import Channel, Letter, LetterState
from xmpp_agent.model.visitors import Link
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.post import Fate, Incoming, Receipt, ReceiptFault, ReceiptReader, Reply
from xmpp_agent.rules import letter_steps

log = structlog.get_logger("post")
FATES = {
    Fate.ON_ITS_WAY: LetterState.SENT,
    Fate.DELIVERED: LetterState.DELIVERED,
    Fate.FAILED: LetterState.FAILED,
}
"""What the gateway's word makes of a letter."""


async def receive(book: LetterBook, reader: ReceiptReader, incoming: Incoming) -> Reply:
    """Write down what a gateway tells; the answer it waits for.

    Doubled, late and unknown receipts are taken and change nothing. What cannot be read, shown to be the gateway's or
    written down is not taken, so that an honest gateway comes again; nor is one about a letter nobody knows while
    another is being handed over to the same gateway: the receipt may have been quicker than the answer.
    """
    channel = next((channel for channel, one in book.carriers.items() if one.name == reader.name), None)
    try:
        receipts = reader.receipts(incoming)
        taken = [await _take(book, channel, receipt) for receipt in receipts] if channel else [False]
    except (ReceiptFault, Unavailable) as fault:
        log.warning("receipt_not_taken", reason=type(fault).__name__)
        return reader.reply(taken=False)
    return reader.reply(taken=all(taken))


async def opened(book: LetterBook, link: Link) -> None:
    """Somebody pressed the first button behind their link: they know of the appointment as it is now.

    Each letter that may have brought them is opened. Pressing again changes nothing. Raises Unavailable.
    """

    def change(entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
        if entry is None:
            return ()
        now_true = (one for one in letters if one.sequence == entry.appointment.sequence)
        return [letter_steps.opened(one, now) for one in now_true if one.person == link.person]

    await book.move("letter-opened", link.person, link.appointment, change)


async def called(book: LetterBook, letter_id: str, actor: str, *, reached: bool) -> bool:
    """Staff made the call the ladder ended in; False when there is none to be made. Raises Unavailable.

    Whether `actor` may do that is for the caller to ask.
    """
    letter = await book.mailroom.letter(letter_id)
    if letter is None:
        return False

    def change(found: Letter, _entry: Entry, now: float) -> Letter:
        waits = found.channel is Channel.CALL and found.state is LetterState.QUEUED
        return letter_steps.called(found, reached=reached, now=now) if waits else found

    return bool(await book.move("letter-called", actor, letter.appointment, only(letter_id, change)))


async def _take(book: LetterBook, channel: Channel, receipt: Receipt) -> bool:
    """Whether the gateway need not tell it again."""
    letter = await book.mailroom.letter(receipt.letter) if receipt.letter else None
    if letter is None:
        letter = await book.mailroom.by_gateway_id(channel, receipt.gateway_id)
    if letter is None or letter.channel is not channel:
        return not any(one.channel is channel for one in book.in_flight.values())
    state = FATES[receipt.fate]

    def change(found: Letter, entry: Entry, now: float) -> Letter:
        return letter_steps.told(found, entry.appointment, state, receipt.failure, now)

    await book.move(
        f"receipt-{receipt.fate.value}", f"gateway:{channel.value}", letter.appointment, only(letter.id, change)
    )
    return True
