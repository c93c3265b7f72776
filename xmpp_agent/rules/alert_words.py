"""Why something is an alert, in one sentence, Danish and English: for supervisors."""

from xmpp_agent.model.alerts import AlertKind, Raised
from xmpp_agent.rules.unreached_words import Both

RULES: dict[AlertKind, Both] = {
    AlertKind.STUCK_TURNOVER: (
        "Lokalet kunne ikke klargøres efter besøget. Ingen kommer ind, før det lykkes; det prøves hele tiden.",
        "The room could not be cleared after the visit. Nobody comes in until it is; it is being tried all the time.",
    ),
    AlertKind.FROZEN: (
        "Borgere er inde uden personale i mere end {limit}. Besøget afsluttes snart af sig selv.",
        "Citizens are inside without staff for more than {limit}. The visit soon ends by itself.",
    ),
    AlertKind.LOST_CALL: (
        "En, der ringede til hotlinen, er væk eller fik ikke linket, og ingen har lovet at ringe tilbage.",
        "A hotline caller is gone or never got the link, and nobody has promised to ring back.",
    ),
    AlertKind.STUCK_RECORDING: (
        "En optagelse er gået i stå på vej til journalen. En person skal se på den.",
        "A recording has stopped on its way to the journal. A person must look at it.",
    ),
    AlertKind.JUDGE: (
        "Den, der er logget ind, er ikke den inviterede. Nogen skal vurdere, om de må komme ind.",
        "Whoever logged in is not the one invited. Somebody must judge whether they may come in.",
    ),
    AlertKind.LONG_WAIT: (
        "Enhedens grænse for ventetid er {limit}, og den er nået.",
        "The unit's limit of a wait is {limit}, and it is reached.",
    ),
    AlertKind.NOT_REACHED: (
        "En invitation kom ikke frem ad nogen vej. Borgeren skal ringes op.",
        "An invitation arrived by no way. The citizen is to be called.",
    ),
}
_MINUTE = 60.0


def rule_words(alert: Raised) -> Both:
    """The rule it was raised by, with its limit."""
    danish, english = RULES[alert.kind]
    limit = alert.limit or 0.0
    if limit % _MINUTE:
        return danish.format(limit=f"{limit:.0f} s"), english.format(limit=f"{limit:.0f} s")
    return danish.format(limit=f"{limit / _MINUTE:.0f} min"), english.format(limit=f"{limit / _MINUTE:.0f} min")
