"""A citizen is who the pass says, nobody else, and under no other name."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.clients.base import RefusedError, error_of
from tests.clients.bosh import BoshClient
from tests.clients.tcp import TcpClient
from tests.clients.websocket import FramedClient
from tests.clinic import NICK, Clinic, Person, is_inside, is_refusal_to_lobby, shown_name
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.people import Level, Pass

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
TRANSPORTS = (TcpClient, FramedClient, BoshClient)
FORGERIES = ("none", "hmac", "signer", "claims", "cut", "junk", "kid")
GATE = "urn:portner:gate:1"


def b64(data: bytes) -> str:
    """As JOSE writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(clinic: Clinic, token: str, how: str) -> str:
    """A token that is no pass any more."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    kid = jwt.get_unverified_header(token)["kid"]
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = clinic.ring.signing.private[kid].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hs = b64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    mac = b64(hmac.new(pem, f"{hs}.{payload}".encode(), hashlib.sha256).digest())
    staffed = b64(json.dumps(claims | {"portner": claims["portner"] | {"role": "staff"}}).encode())
    return {
        "none": b64(json.dumps({"alg": "none", "typ": "JWT", "kid": kid}).encode()) + f".{payload}.",
        "hmac": f"{hs}.{payload}.{mac}",
        "signer": jwt.encode(claims, stranger, "RS256", headers={"kid": kid}),
        "claims": f"{header}.{staffed}.{signature}",
        "cut": token[:-8],
        "junk": "x" * 4000,
        "kid": jwt.encode(claims, stranger, "RS256", headers={"kid": "../../etc/passwd"}),
    }[how]


async def passes(clinic: Clinic, booked: Booked, **changed: object) -> str:
    """A correctly signed pass with other content than its holder should have."""
    pass_, _ = await clinic.citizen_pass(booked)
    return clinic.passes.mint(replace(pass_, **changed), "Anna Hansen")  # type: ignore[arg-type]  # fields of Pass


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_without_a_pass_nobody_connects(clinic: Clinic, transport: type[TcpClient]) -> None:
    """An empty token is refused at the login, on every transport."""
    with pytest.raises(RefusedError):
        await transport.connect(clinic.prosody, "")


@pytest.mark.parametrize("how", FORGERIES)
async def test_a_forged_pass_is_refused(clinic: Clinic, how: str) -> None:
    """`alg` none, HS/RS confusion, another signer, changed claims, damage: refused, in words the client can show."""
    booked = await clinic.book(staff=clinic.somebody())
    _, token = await clinic.citizen_pass(booked)
    with pytest.raises(RefusedError) as refusal:
        await FramedClient.connect(clinic.prosody, forged(clinic, token, how))
    assert "Åbn dit link igen" in str(refusal.value)


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ({"issued_at": -7200.0, "not_before": -7200.0, "expires_at": -60.0}, "udløbet"),
        ({"issued_at": 0.0, "not_before": 600.0, "expires_at": 7200.0}, "gælder ikke endnu"),
        ({"issued_at": -900.0, "not_before": -900.0, "expires_at": 7200.0}, "ikke brugt i tide"),
    ],
    ids=["expired", "not yet", "unused too long"],
)
async def test_a_pass_out_of_its_time_is_refused(clinic: Clinic, shift: dict[str, float], words: str) -> None:
    """Expired, not yet valid, or left unused for more than ten minutes: refused with the way on."""
    booked = await clinic.book(staff=clinic.somebody())
    now = SystemClock().now()
    token = await passes(clinic, booked, **{name: now + offset for name, offset in shift.items()})
    with pytest.raises(RefusedError) as refusal:
        await FramedClient.connect(clinic.prosody, token)
    assert words in str(refusal.value)


async def test_a_used_pass_stays_good_until_it_expires(clinic: Clinic) -> None:
    """The ten minutes are for the first use; a reconnection later is no first use."""
    booked = await clinic.book(staff=clinic.somebody())
    pass_, token = await clinic.citizen_pass(booked)
    async with await TcpClient.connect(clinic.prosody, token):
        pass
    await gone(clinic, pass_)
    clinic.agent.house.known.pop(pass_.id)
    async with await TcpClient.connect(clinic.prosody, token) as again:
        assert again.jid


async def gone(clinic: Clinic, pass_: Pass) -> None:
    """Wait until the agent knows that nobody is connected on this pass."""
    async with await BoshClient.connect(clinic.prosody, (await clinic.citizen_pass(await clinic.book()))[1]):
        await clinic.agent.house.lanes.quiet()
    assert all(c.pass_id != pass_.id for c in clinic.agent.house.connections.values())


async def test_a_pass_for_another_room_opens_nothing_here(clinic: Clinic) -> None:
    """Join, knock and conference request elsewhere: refused, ended in words, never sent on."""
    mine, theirs = await clinic.book(staff=clinic.somebody()), await clinic.book(staff=clinic.somebody())
    stray = await clinic.person((await clinic.citizen_pass(mine))[1], theirs)
    assert error_of(await stray.join()) == ("cancel", "not-allowed")
    await stray.knock()
    assert "et andet møde" in await stray.ended()
    await stray.ask_focus(clinic.settings.focus)
    await clinic.agent.house.lanes.quiet()
    assert theirs.room not in clinic.agent.house.rooms


async def test_a_copied_pass_does_not_get_a_second_seat(clinic: Clinic) -> None:
    """A second connection on the same pass is refused while the first sits, and the first is not disturbed."""
    booked = await clinic.book(staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    _, token = await clinic.citizen_pass(booked)
    citizen = await clinic.person(token, booked)
    await clinic.come_in(staff, citizen)
    for transport in TRANSPORTS:
        with pytest.raises(RefusedError):
            await transport.connect(clinic.prosody, token)
    await citizen.client.barrier()
    assert is_inside(await citizen.join())


async def test_a_newer_pass_takes_the_seat_over_and_keeps_the_admission(clinic: Clinic) -> None:
    """A reload: the old session is closed, the new one is inside without a new knock; the old pass is dead."""
    booked = await clinic.book(staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    pass_, token = await clinic.citizen_pass(booked)
    first = await clinic.person(token, booked)
    await clinic.come_in(staff, first)
    newer = clinic.passes.mint(replace(pass_, id=new_id(), issued_at=pass_.issued_at + 1), "Anna Hansen")
    second = await clinic.person(newer, booked)
    await staff.client.wait(lambda e: e.get("type") == "unavailable" and e.get("from") == first.seat_in_meeting)
    assert is_inside(await second.join())
    with pytest.raises(RefusedError) as refusal:
        await FramedClient.connect(clinic.prosody, token)
    assert "nyeste vindue" in str(refusal.value)


@pytest.mark.parametrize("nick", ["focus", "Focus", "recorder", "portner"])
async def test_reserved_nicks_are_nobodys(clinic: Clinic, nick: str) -> None:
    """Neither staff nor citizens can call themselves like a machine, on entering or later."""
    booked = await clinic.book(staff=clinic.somebody())
    staff = await clinic.staff(booked)
    staff.nick = nick
    assert error_of(await staff.join()) is not None
    staff.nick = "decent01"
    assert is_inside(await staff.join())
    assert error_of(await staff.client.join(f"{staff.room}/{nick}")) is not None


async def test_what_a_client_says_of_itself_reaches_nobody(clinic: Clinic) -> None:
    """Own nick, identity, e-mail, avatar and stamps are taken away; the others read the verified name, also later."""
    booked = await clinic.book("Anna Hansen", staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    citizen = await clinic.citizen(booked)
    claims = (
        f"<nick xmlns='{NICK}'>Chief Doctor</nick><email>chief@example.dk</email>"
        "<avatar-url>http://evil.example/x.png</avatar-url>"
        "<identity><user><id>1</id><name>Chief Doctor</name></user></identity>"
        f"<stamp xmlns='{GATE}' pass='stolen'/>"
    )
    assert is_refusal_to_lobby(await citizen.join(extra=claims))
    await citizen.client.join(citizen.seat_in_lobby, claims)
    await staff.sees_waiting("Anna Hansen ✓ MitID")
    await staff.admit(citizen)
    await citizen.invited()
    assert is_inside(await citizen.join(extra=claims))
    begin = len(staff.client.received)
    await citizen.client.send(f"<presence xmlns='jabber:client' to='{citizen.seat_in_meeting}'>{claims}</presence>")
    await staff.client.wait(lambda e: e.get("from") == citizen.seat_in_meeting, begin=begin)
    for stanza in staff.client.received:
        text = "".join(stanza.itertext()) + str(stanza.attrib)
        assert "Chief" not in text
        assert "evil" not in text
        assert "stolen" not in text
        assert "chief@" not in text
    names = {shown_name(e) for e in staff.client.received if e.get("from") == citizen.seat_in_meeting}
    assert names == {"Anna Hansen"}


async def test_a_revoked_pass_is_dead_at_once(clinic: Clinic) -> None:
    """Taking a pass back closes its connection and lets it in nowhere again."""
    booked = await clinic.book(staff=clinic.somebody())
    pass_, token = await clinic.citizen_pass(booked)
    citizen: Person = await clinic.person(token, booked)
    await clinic.agent.revoke(pass_.id)
    await clinic.agent.house.lanes.quiet()
    with pytest.raises(RefusedError) as refusal:
        await FramedClient.connect(clinic.prosody, token)
    assert "trukket tilbage" in str(refusal.value)
    assert citizen.client.jid


async def test_a_login_below_the_level_asked_for_waits_for_staff_to_judge(clinic: Clinic) -> None:
    """MitID low where substantial is asked for: waits, marked, and Admit does nothing."""
    booked = await clinic.book("Ella Eg", staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    citizen = await clinic.citizen(booked, level=Level.LOW)
    assert is_refusal_to_lobby(await citizen.join())
    await citizen.knock()
    await staff.sees_waiting("Ella Eg ⚠ ikke den inviterede")
    begin = len(staff.client.received)
    await staff.admit(citizen)
    await staff.sees_waiting("Ella Eg ⚠ ikke den inviterede", begin=begin)
    assert is_refusal_to_lobby(await citizen.join())
