"""Malformed, oversized, misaddressed and random stanzas: an XMPP error or silence, and the door works on."""

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.clients.base import CLIENT, error_of
from tests.clients.component import ComponentClient
from tests.clinic import Clinic, Person, open_clinic

GATE = "urn:portner:gate:1"
NAMES = ("question", "verdict", "tell", "order", "snapshot", "query", "x", "json-message", "conference", "ping", "a")
SPACES = (
    GATE,
    CLIENT,
    "http://jabber.org/protocol/muc#admin",
    "http://jabber.org/protocol/muc#user",
    "http://jabber.org/protocol/muc",
    "http://jitsi.org/jitmeet",
    "http://jitsi.org/protocol/focus",
    "http://jabber.org/protocol/disco#info",
    "urn:xmpp:ping",
    "wrong:space",
)
KEYS = ("ask", "do", "room", "jid", "nick", "pass", "token", "exists", "epoch", "seq", "role", "after", "type", "item")
pytestmark = pytest.mark.prosody

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="￾￿"), max_size=40)
values = st.one_of(words, st.sampled_from(("1", "-1", "authenticate", "join", "none", "{}", '{"type":1}', "9" * 400)))


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> str:
    """A random element, often almost one of ours."""
    name, space = draw(st.sampled_from(NAMES)), draw(st.sampled_from(SPACES))
    attributes = draw(st.dictionaries(st.sampled_from(KEYS), values, max_size=4))
    written = "".join(f" {k}={quoteattr(v)}" for k, v in attributes.items())
    inner = escape(draw(values))
    if depth:
        inner += "".join(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    return f"<{name} xmlns='{space}'{written}>{inner}</{name}>"


kinds = st.sampled_from(
    (
        ("iq", "get"),
        ("iq", "set"),
        ("iq", "result"),
        ("iq", "error"),
        ("message", "chat"),
        ("message", "groupchat"),
        ("message", "error"),
        ("presence", "unavailable"),
        ("presence", "subscribe"),
        ("presence", "error"),
        ("presence", ""),
    )
)
stanzas = st.lists(st.tuples(kinds, st.integers(0, 6), st.lists(elements(), max_size=2)), min_size=1, max_size=12)
Stanzas = list[tuple[tuple[str, str], int, list[str]]]


def addresses(clinic: Clinic, person: Person) -> tuple[str, ...]:
    """Everywhere a client may try."""
    domains = (clinic.prosody.lobby, clinic.prosody.rooms, clinic.prosody.domain)
    return (*domains, person.lobby, person.seat_in_lobby, f"{person.lobby}/portner", person.room)


async def throw(person: Person, clinic: Clinic, thrown: Stanzas) -> None:
    """Send them all, under one and the same id."""
    places = addresses(clinic, person)
    for (name, kind), place, inner in thrown:
        typed = f" type='{kind}'" if kind else ""
        await person.client.send(
            f"<{name} xmlns='{CLIENT}'{typed} to={quoteattr(places[place])} id='same'>{''.join(inner)}</{name}>"
        )


async def still_works(clinic: Clinic) -> None:
    """A citizen's whole way in, from knock to seat."""
    booked = await clinic.book(staff=clinic.somebody())
    staff, citizen = await clinic.open_room(booked), await clinic.citizen(booked)
    await clinic.come_in(staff, citizen)
    await citizen.client.close()
    await staff.client.close()


async def test_random_stanzas_of_a_client_break_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Some hundred batches from a waiting citizen: no error in the agent, no lane lost, nothing grows."""
    async with open_clinic(tmp_path_factory.mktemp("random")) as clinic:
        booked = await clinic.book(staff=clinic.somebody())
        person = await clinic.citizen(booked)
        await person.knock()
        with capture_logs() as logs:
            for batch in made(stanzas, 50):
                await throw(person, clinic, batch)
            await person.client.barrier()
            await clinic.agent.house.lanes.quiet()
            await still_works(clinic)
        assert not [line for line in logs if line["log_level"] in ("error", "critical")]
        assert len(clinic.agent.house.rooms) == 2
        for stanza in person.client.received:
            assert "Traceback" not in "".join(stanza.itertext())


async def test_random_stanzas_of_another_component_break_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A hostile neighbour: its questions are refused, its tells ignored, its orders denied.

    Without IQs that have no payload: Prosody 0.12.3 itself stumbles over those of a component (mod_iq.lua:69).
    """
    extra = '\nComponent "other.example.dk"\n\tcomponent_secret = "s"\n'
    async with open_clinic(tmp_path_factory.mktemp("neighbour"), extra=extra) as clinic:
        booked = await clinic.book(staff=clinic.somebody())
        async with await ComponentClient.connect(clinic.prosody, "other.example.dk", "s") as other:
            foe = clinic.at(other, booked.room)
            with capture_logs() as logs:
                for batch in made(stanzas, 30):
                    await throw(foe, clinic, [one for one in batch if one[2] or one[0][0] != "iq"])
                question = f"<question xmlns='{GATE}' ask='authenticate' token='x' user='u'/>"
                assert error_of(await other.request(clinic.prosody.lobby, question)) is not None
                order = f"<order xmlns='{GATE}' do='destroy' room='{foe.room}'/>"
                for host in (clinic.prosody.rooms, clinic.prosody.domain):
                    assert error_of(await other.request(host, order, type_="set")) is not None
                await clinic.agent.house.lanes.quiet()
                await still_works(clinic)
            assert not [line for line in logs if line["log_level"] in ("error", "critical")]


async def test_stanzas_as_large_as_prosody_takes_break_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """200 KB in chat, nick, lobby address and question: bounded, dropped or refused."""
    async with open_clinic(tmp_path_factory.mktemp("large")) as clinic:
        booked = await clinic.book(staff=clinic.somebody())
        staff, person = await clinic.open_room(booked), await clinic.citizen(booked)
        await person.knock()
        large = "x" * 200_000
        chat = f'<json-message xmlns=\'http://jitsi.org/jitmeet\'>{{"type":"LOBBY_CHAT_MESSAGE","message":"{large}"}}</json-message>'
        await person.client.send(f"<message xmlns='{CLIENT}' type='chat' to='{person.lobby}/portner'>{chat}</message>")
        heard = await staff.client.wait(lambda e: "xxx" in "".join(e.itertext()))
        assert len("".join(heard.itertext())) < 2000
        deep = "<a xmlns='d'>" * 500 + "</a>" * 500
        await person.client.send(f"<message xmlns='{CLIENT}' type='chat' to='{person.lobby}/portner'>{deep}</message>")
        await person.client.barrier()
        await still_works(clinic)


def made(strategy: st.SearchStrategy[Stanzas], count: int) -> list[Stanzas]:
    """So many examples, the same at each run."""
    examples: list[Stanzas] = []

    @settings(max_examples=count, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: Stanzas) -> None:
        examples.append(example)

    collect()
    return examples
