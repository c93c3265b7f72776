"""Where a hotline call stands, in one sentence, Danish and English: for supervisors."""

from xmpp_agent.model.letters import Failure
from xmpp_agent.rules.hotline import Stage
from xmpp_agent.rules.unreached_words import FAILURES, Both

STAGES: dict[Stage, Both] = {
    Stage.SENDING: ("Linket er på vej på sms.", "The link is on its way by text message."),
    Stage.SENT: ("Linket er sendt på sms.", "The link was sent by text message."),
    Stage.DELIVERED: (
        "Linket er fremme, men ikke åbnet endnu.",
        "The link has arrived, and is not opened yet.",
    ),
    Stage.NOT_SENT: (
        "Linket kom ikke frem. Send det igen, eller ring.",
        "The link did not arrive. Send it again, or call.",
    ),
    Stage.OPENED: ("Linket er åbnet; borgeren er på vej ind.", "The link is opened; the citizen is on their way in."),
    Stage.INSIDE: ("Borgeren er inde.", "The citizen is inside."),
    Stage.LOST: (
        "Kontakten er mistet, og ingen har lovet at ringe tilbage.",
        "Contact is lost, and nobody has promised to ring back.",
    ),
    Stage.CALLBACK: (
        "Kontakten er mistet; en medarbejder har lovet at ringe tilbage.",
        "Contact is lost; a colleague has promised to ring back.",
    ),
    Stage.ENDED: ("Samtalen er slut.", "The call is over."),
}


def call_words(stage: Stage, failure: Failure | None) -> Both:
    """How it stands; with why, when the message did not arrive."""
    danish, english = STAGES[stage]
    if failure is None:
        return danish, english
    why = FAILURES[failure]
    return f"{danish} Årsag: {why[0]}.", f"{english} Why: {why[1]}."
