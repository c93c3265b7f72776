"""What did not arrive and what happens next, in one sentence each, Danish and English: for staff and supervisors.

Times stand beside the words, never in them: whoever shows them knows the clock of the place.
"""

from xmpp_agent.model.letters import Channel, Failure, LetterState
from xmpp_agent.rules.unreached import Next, Unreached, Way

CHANNELS: dict[Channel, tuple[str, str]] = {
    Channel.DIGITAL_POST: ("Digital Post", "Digital Post"),
    Channel.SMS: ("Sms", "Text message"),
    Channel.EMAIL: ("E-mail", "E-mail"),
    Channel.CALL: ("Opkald", "Call"),
}
STATES: dict[LetterState, tuple[str, str]] = {
    LetterState.QUEUED: ("venter på at blive sendt", "waits to be sent"),
    LetterState.SENDING: ("er ved at blive sendt", "is being sent"),
    LetterState.SENT: ("er sendt, kvitteringen ventes", "was sent, its receipt is awaited"),
    LetterState.DELIVERED: ("er leveret", "was delivered"),
    LetterState.OPENED: ("er åbnet", "was opened"),
    LetterState.FAILED: ("kom ikke frem", "did not arrive"),
    LetterState.DROPPED: ("er ikke sendt", "was not sent"),
    LetterState.ASTRAY: ("gik til en forkert", "went to somebody else"),
}
FAILURES: dict[Failure, tuple[str, str]] = {
    Failure.NO_ADDRESS: ("vi har ingen adresse", "we have no address"),
    Failure.NOT_REGISTERED: (
        "borgeren er ikke tilmeldt Digital Post",
        "the citizen has no Digital Post",
    ),
    Failure.BAD_ADDRESS: ("adressen er forkert", "the address is wrong"),
    Failure.REFUSED: ("udbyderen afviste beskeden", "the gateway refused the message"),
    Failure.NOT_ALLOWED: (
        "udbyderen afviser vores konto; kontakt it",
        "the gateway refuses our account; call IT",
    ),
    Failure.UNREACHABLE: ("udbyderen kan ikke nås", "the gateway cannot be reached"),
    Failure.BUSY: ("udbyderen har travlt", "the gateway is busy"),
    Failure.UNDELIVERABLE: ("den kunne ikke afleveres", "it could not be delivered"),
    Failure.NO_RECEIPT: ("der kom ingen kvittering i tide", "no receipt came in time"),
    Failure.IN_DOUBT: ("ingen ved, om den kom af sted", "nobody knows whether it went out"),
    Failure.TOO_LATE: ("det blev for sent at sende den", "it became too late to send it"),
}
NEXT: dict[Next, tuple[str, str]] = {
    Next.CALL: ("Ring til borgeren: ingen besked er kommet frem.", "Call the citizen: no message has arrived."),
    Next.NOTHING: (
        "Mere sker ikke af sig selv. Send linket igen, eller ring.",
        "Nothing more happens by itself. Send the link again, or call.",
    ),
    Next.RETRY: ("{way} forsøges igen.", "{way} is tried again."),
    Next.WAY: ("{way} forsøges som det næste.", "{way} is tried next."),
    Next.SENDING: ("{way} sendes i dette øjeblik.", "{way} is being sent at this moment."),
    Next.RECEIPT: (
        "{way} er sendt; kommer der ingen kvittering, forsøges den næste vej.",
        "{way} was sent; if no receipt comes, the next way is tried.",
    ),
}
"""`{way}` stands for the channel's name."""
CALL_OFF = (
    "Ring til borgeren: det kunne ikke meddeles, at mødet er aflyst.",
    "Call the citizen: they could not be told that the meeting is off.",
)
_NOT_REACHED = ("borgeren blev ikke nået", "the citizen was not reached")
Both = tuple[str, str]


def way_words(way: Way) -> Both:
    """`Sms: kom ikke frem, adressen er forkert`."""
    name, state = CHANNELS[way.channel], STATES[way.state]
    why = FAILURES[way.failure] if way.failure is not None else None
    if way.channel is Channel.CALL and way.state is LetterState.FAILED:
        state, why = _NOT_REACHED, None
    danish, english = f"{name[0]}: {state[0]}", f"{name[1]}: {state[1]}"
    return (danish, english) if why is None else (f"{danish}, {why[0]}", f"{english}, {why[1]}")


def next_words(found: Unreached, *, cancelled: bool) -> Both:
    """What happens next and by which way, or what is to be done."""
    if cancelled and found.next is Next.CALL:
        return CALL_OFF
    danish, english = NEXT[found.next]
    way = CHANNELS[found.channel] if found.channel is not None else ("", "")
    return danish.format(way=way[0]), english.format(way=way[1])
