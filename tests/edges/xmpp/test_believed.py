"""Whom the XMPP edge believes: which words from which address, and until when."""

from xml.etree.ElementTree import Element, fromstring

import pytest

from tests.flows.day import Day
from tests.flows.model_prosody import LOBBY, ROOMS
from tests.flows.steps import MAIN
from tests.flows.test_stories import play
from xmpp_agent.edges.xmpp.gate import Gate
from xmpp_agent.edges.xmpp.lobby import LobbyIn
from xmpp_agent.edges.xmpp.lobby_out import LobbyOut
from xmpp_agent.edges.xmpp.stanzas import GATE, MUC, MUC_ADMIN, child
from xmpp_agent.flows.house import ANSWER_WITHIN

STRANGER = "u1@other.example.dk/r"


@pytest.fixture
async def day() -> Day:
    """A morning with mette's room open and anna waiting."""
    day = Day()
    await day.begin()
    await play(day, "open mette", "arrive anna")
    return day


def question(**fields: str) -> tuple[Element, Element]:
    """A question of the rooms' host, and the stanza it came in."""
    asked = "".join(f" {name}='{value}'" for name, value in fields.items())
    stanza = fromstring(f"<iq type='get' from='{ROOMS}' to='{LOBBY}' id='q'><question xmlns='{GATE}'{asked}/></iq>")  # noqa: S314
    found = child(stanza, GATE, "question")
    assert found is not None
    return stanza, found


@pytest.mark.parametrize(("late", "reason"), [(0.0, "allowed"), (ANSWER_WITHIN + 0.1, "too_late_to_answer")])
async def test_a_question_nobody_waits_for_any_more_opens_nothing(day: Day, late: float, reason: str) -> None:
    """Answered with a no, because Prosody has said no already: nobody is counted as inside for it."""
    sent = list[str]()
    await play(day, "connect kim")
    session = day.at["kim"]
    words = {"ask": "join", "room": f"{MAIN}@{ROOMS}", "jid": session.jid, "nick": "k1", "pass": session.pass_.id}
    Gate(day.agent.house, sent.append).asked(*question(exists="1", **words), day.clock.now() - late)
    await day.agent.house.lanes.quiet()
    assert f'reason="{reason}"' in sent[0]
    assert any(o.jid == session.jid for o in day.agent.house.rooms[MAIN].inside) is (reason == "allowed")


async def test_a_field_longer_than_xmpp_allows_is_no_question(day: Day) -> None:
    """Nothing of it reaches a flow or the records."""
    sent, before = list[str](), len(day.shelf.lines)
    Gate(day.agent.house, sent.append).asked(*question(ask="join", room="x" * 3073), day.clock.now())
    await day.agent.house.lanes.quiet()
    assert 'reason="bad_request"' in sent[0]
    assert len(day.shelf.lines) == before


async def test_a_stamp_is_believed_from_the_guarded_domain_only(day: Day) -> None:
    """Another component's user who claims a pass neither stands in the lobby nor turns anybody away."""
    sent, house = list[str](), day.agent.house
    lobby = LobbyIn(house, LobbyOut(LOBBY, sent.append), sent.append)
    before, pass_id = house.rooms[MAIN], day.at["mette"].pass_.id
    stamp = f"<stamp xmlns='{GATE}' pass='{pass_id}'/>"
    knock = f"<presence from='{STRANGER}' to='{MAIN}@{LOBBY}/n'><x xmlns='{MUC}'/>{stamp}</presence>"
    lobby.presence(fromstring(knock))  # noqa: S314
    nick = day.at["anna"].nick
    item = f"<query xmlns='{MUC_ADMIN}'><item nick='{nick}' role='none'/></query>"
    lobby.iq(fromstring(f"<iq type='set' id='r' from='{STRANGER}' to='{MAIN}@{LOBBY}'>{item}</iq>"))  # noqa: S314
    await house.lanes.quiet()
    assert house.rooms[MAIN] == before
    assert [stanza for stanza in sent if "forbidden" not in stanza] == []
