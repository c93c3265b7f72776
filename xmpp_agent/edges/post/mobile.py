"""What the gateways for text messages have in common: whom they reach, and what they count."""

import re

from xmpp_agent.model.letters import Failure
from xmpp_agent.ports.post import CarrierFault, Parcel
from xmpp_agent.rules.gsm7 import may_be_sender
from xmpp_agent.rules.numbers import takes_messages

_E164 = re.compile(r"\+([1-9][0-9]{6,14})", re.ASCII)


def digits_of(parcel: Parcel) -> str:
    """The number with country code and without plus, as gateways want it.

    Raises CarrierFault: BAD_ADDRESS when it is none or takes no messages, REFUSED when no phone shows such a sender.
    """
    matched = _E164.fullmatch(parcel.to)
    if matched is None or not takes_messages(parcel.to):
        raise CarrierFault(Failure.BAD_ADDRESS, again=False)
    if not may_be_sender(parcel.sender):
        raise CarrierFault(Failure.REFUSED, again=False)
    return matched[1]
