"""Whoever is to come, as calling systems write them: names, numbers and addresses in the one form that is kept."""

import re
from dataclasses import dataclass

from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.numbers import e164, takes_messages

LONGEST_NAME = 200
LONGEST_EMAIL = 254
"""RFC 5321."""
_CPR = re.compile(r"(\d{6})[ -]?(\d{4})", re.ASCII)
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@[^@\s\"(),:;<>\[\\\].]+(\.[^@\s\"(),:;<>\[\\\].]+)+")


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """Somebody as they were typed in somewhere. Empty: not given. Never logged: `repr` tells nothing."""

    name: str
    phone: str = ""
    email: str = ""
    cpr: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Guest:
    """Somebody whose every part can be kept as it is."""

    name: str
    reach: Reach


def read(typed: Typed) -> Guest | Reason:
    """The guest, or the first thing wrong with them."""
    name = plain_name(typed.name)
    if name is None:
        return Reason.BAD_NAME
    phone = e164(typed.phone) if typed.phone else ""
    if phone is None:
        return Reason.NO_NUMBER
    if typed.email and not is_email(typed.email.strip()):
        return Reason.BAD_EMAIL
    cpr = _CPR.fullmatch(typed.cpr.strip()) if typed.cpr else None
    if typed.cpr and cpr is None:
        return Reason.BAD_CPR
    return Guest(name, Reach(phone, typed.email.strip(), cpr[1] + cpr[2] if cpr else ""))


def plain_name(typed: str) -> str | None:
    """A name as people read it; None when it is none."""
    name = typed.strip()
    return name if 0 < len(name) <= LONGEST_NAME and name.isprintable() else None


def is_email(text: str) -> bool:
    """Whether it looks like an address; only a letter that arrives shows that it is one."""
    return len(text) <= LONGEST_EMAIL and text.isprintable() and _EMAIL.fullmatch(text) is not None


def channels(reach: Reach) -> frozenset[Channel]:
    """The ways in which somebody can be reached."""
    ways = {
        Channel.DIGITAL_POST: bool(reach.cpr),
        Channel.SMS: bool(reach.phone) and takes_messages(reach.phone),
        Channel.EMAIL: bool(reach.email),
        Channel.CALL: bool(reach.phone),
    }
    return frozenset(channel for channel, given in ways.items() if given)
