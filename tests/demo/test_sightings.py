"""What stanzas mean to a person: a meaning for each that may come, STRANGE for everything else."""

from xml.etree.ElementTree import fromstring

import pytest

from xmpp_agent.demo.diary import DayFault, Diary, Expected
from xmpp_agent.demo.sightings import Reader, Sighting, What

ROOM, LOBBY = "r@conference.d", "r@lobby.d"
SEAT, PLACE = f"{ROOM}/me", f"{LOBBY}/me2"
X = "<x xmlns='http://jabber.org/protocol/muc#user'>{}</x>"
OWN = X.format("<item role='{}'/><status code='110'/>")


def _read(kind: str, sender: str, inner: str = "", type_: str = "") -> Sighting | None:
    given = f" type='{type_}'" if type_ else ""
    return Reader(SEAT, PLACE).read(
        fromstring(f"<{kind} xmlns='jabber:client' from='{sender}'{given}>{inner}</{kind}>")  # noqa: S314 -- written here
    )


def _chat(payload: str) -> str:
    return f"<json-message xmlns='http://jitsi.org/jitmeet'>{payload}</json-message>"


STANZA_ERROR = "<error><{} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{}</error>"
MEANT = [
    ("presence", SEAT, OWN.format("moderator"), "", Sighting(What.INSIDE, "moderator")),
    ("presence", PLACE, OWN.format("participant"), "", Sighting(What.WAITS)),
    ("presence", PLACE, OWN.format("moderator"), "", Sighting(What.AT_DESK)),
    (
        "presence",
        SEAT,
        STANZA_ERROR.format("registration-required", "<lobbyroom xmlns='http://jitsi.org/jitmeet'>x</lobbyroom>"),
        "error",
        Sighting(What.SENT_TO_LOBBY),
    ),
    ("presence", SEAT, STANZA_ERROR.format("not-allowed", ""), "error", Sighting(What.TURNED_BACK, "not-allowed")),
    (
        "presence",
        f"{ROOM}/o",
        "<nick xmlns='http://jabber.org/protocol/nick'>Bo</nick>",
        "",
        Sighting(What.SEES_COME, "Bo"),
    ),
    (
        "presence",
        f"{LOBBY}/o",
        "<nick xmlns='http://jabber.org/protocol/nick'>Bo</nick>",
        "",
        Sighting(What.LISTED, "Bo"),
    ),
    (
        "presence",
        SEAT,
        X.format("<item><reason>ud</reason></item><status code='307'/>"),
        "unavailable",
        Sighting(What.PUT_OUT, "ud"),
    ),
    ("presence", SEAT, X.format("<status code='110'/>"), "unavailable", Sighting(What.LEFT)),
    ("presence", PLACE, X.format("<destroy><reason>nej</reason></destroy>"), "unavailable", Sighting(What.TOLD, "nej")),
    ("presence", PLACE, X.format("<status code='307'/>"), "unavailable", Sighting(What.TURNED_AWAY)),
    ("message", ROOM, X.format("<invite/>"), "", Sighting(What.ASKED_IN)),
    ("message", f"{LOBBY}/portner", _chat('{"message":"hej"}'), "chat", Sighting(What.READS, "hej")),
    ("message", f"{LOBBY}/portner", _chat('{"type":"LOBBY_CHAT_INITIALIZED"}'), "chat", None),
    ("message", ROOM, "<subject/>", "groupchat", None),
    ("iq", "d", "", "result", None),
]


@pytest.mark.parametrize(("kind", "sender", "inner", "type_", "meaning"), MEANT)
def test_what_may_come_has_a_meaning(kind: str, sender: str, inner: str, type_: str, meaning: Sighting | None) -> None:
    """Each stanza of a visit is read as what it does to the person."""
    assert _read(kind, sender, inner, type_) == meaning


FOREIGN = [
    ("message", f"{ROOM}/o", "<body>what was said before</body>", "groupchat"),
    ("message", ROOM, "<subject>a case</subject>", "groupchat"),
    ("message", "somebody@d/x", "<body>hello</body>", "chat"),
    ("message", f"{LOBBY}/portner", _chat("not json"), "chat"),
    ("presence", "other@conference.d/x", "", ""),
    ("presence", SEAT, "", ""),
    ("iq", "d", "<query xmlns='x'/>", "get"),
]


@pytest.mark.parametrize(("kind", "sender", "inner", "type_"), FOREIGN)
def test_what_may_not_come_is_strange(kind: str, sender: str, inner: str, type_: str) -> None:
    """History, subjects, strangers and questions are never passed over in silence."""
    seen = _read(kind, sender, inner, type_)
    assert seen is not None
    assert seen.what is What.STRANGE


async def test_a_day_is_as_expected_only_without_anything_more_or_less() -> None:
    """What is not expected is kept and printed; what is missing fails the step."""
    printed: list[str] = []
    diary = Diary(printed.append, within=0.05)

    async def act() -> None:
        diary.saw("Anna", Sighting(What.INSIDE, "participant"))
        diary.saw("Anna", Sighting(What.READS, "hej"))

    await diary.step("Anna", ("kommer", "comes"), act(), Expected("Anna", What.INSIDE))
    assert diary.unexpected == ["Anna: læser · reads: hej"]
    assert "UNEXPECTED" in printed[-1]
    with pytest.raises(DayFault, match="Bo waits"):
        await diary.step("Anna", ("kommer", "comes"), act(), Expected("Bo", What.WAITS))
