"""The town around the premises: a phone, a mailbox, MitID, the employer's sign-on, the meeting page. All on loopback.

What cannot be had on one machine is stood in for by parts that know nothing of Portner and enforce what is published.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.demo.gateways.gatewayapi import GatewayApi
from xmpp_agent.demo.gateways.running import Tls, running
from xmpp_agent.demo.gateways.sf1601 import DigitalPost
from xmpp_agent.demo.login_provider.running import Client, LoginProviders, Person, login_providers
from xmpp_agent.demo.meeting.app import MeetingConfig, meeting_app
from xmpp_agent.demo.meeting.serving import served
from xmpp_agent.demo.premises import Premises, free_ports, open_premises
from xmpp_agent.edges.keys.files import write_secret
from xmpp_agent.jitsi_config import StockProsody

CVR = "29189846"
"""An invented authority's."""
_RECEIPT_HEADER = "x-portner-receipt-secret"
UNITS = {"jobcenter": "Jobcenter", "ambulatorium": "Ambulatorium", "akut": "Akut"}
CITIZENS = (
    Person("anna", "Anna Hansen", "0101901234", "11111111-aaaa-4bbb-8ccc-000000000001"),
    Person("bo", "Bo Berg", "0202804321", "11111111-aaaa-4bbb-8ccc-000000000002"),
    Person("carla", "Carla Dam", "0303702468", "11111111-aaaa-4bbb-8ccc-000000000003"),
    Person("fremmed", "Frede Fremmed", "1212121212", "11111111-aaaa-4bbb-8ccc-000000000004", note="ikke inviteret"),
)
STAFF = (
    Person("vera", "Vera Holm", email="vera@lilleby.example", roles=("Jobcenter.Medarbejder",)),
    Person("kim", "Kim Lauritsen", email="kim@lilleby.example", roles=("Jobcenter.Medarbejder",)),
    Person("karen", "Karen Lind", email="karen@lilleby.example", roles=("Akut.Medarbejder",)),
    Person("sonja", "Sonja Møller", email="sonja@lilleby.example", roles=("Ambulatorium.Medarbejder",)),
    Person("lise", "Lise Leder", email="lise@lilleby.example", roles=("Leder",), note="leder"),
    Person("gaest", "Gæst uden adgang", email="gaest@lilleby.example", roles=(), note="ingen rolle"),
)
ROLES = {
    **{f"{name}.Medarbejder": {"unit": unit} for unit, name in UNITS.items()},
    "Leder": {"supervises": list(UNITS)},
}


@dataclass
class Town:
    """Everything that runs. Addresses are origins without a slash at the end."""

    folder: Path
    preset: str
    sms: GatewayApi
    post: DigitalPost
    site: str = ""
    meetings: str = ""
    mitid: str = ""
    logins: LoginProviders = field(init=False)
    premises: Premises = field(init=False)
    secrets: dict[str, str] = field(default_factory=dict)
    """What must never be in a log, by what it is."""


@asynccontextmanager
async def open_town(folder: Path, preset: str = "idura") -> AsyncIterator[Town]:
    """The town with the premises in it, in a folder that is emptied first. `preset`: which broker MitID is behind.

    Raises ChildFault, LoginProviderFault, MeetingFault when a part does not start.
    """
    receipts = secrets.token_urlsafe(24)
    town = Town(
        folder,
        preset,
        GatewayApi(token=secrets.token_urlsafe(24), secret=secrets.token_urlsafe(24)),
        DigitalPost(cvr=CVR, secret=(_RECEIPT_HEADER, receipts)),
    )
    town.secrets["receipt secret"] = receipts

    @asynccontextmanager
    async def around(stock: StockProsody) -> AsyncIterator[Mapping[str, object]]:
        async with AsyncExitStack() as held:
            yield await _around(town, stock, held)

    async with open_premises(folder, around) as town.premises:
        yield town


async def _around(town: Town, stock: StockProsody, held: AsyncExitStack) -> Mapping[str, object]:
    """Start what the pages need; the table of settings."""
    port, meeting_port = free_ports(2)
    town.site = f"http://127.0.0.1:{port}"
    meeting = MeetingConfig(
        domain=stock.domain,
        muc=stock.rooms,
        focus=f"focus@{stock.services}/focus",
        websocket=f"ws://127.0.0.1:{stock.http_port}/xmpp-websocket",
        token_auth_url=f"{town.site}/join/{{room}}",
    )
    town.meetings = await held.enter_async_context(served(meeting_app(meeting), meeting_port))
    carriers = await _gateways(town, held)
    town.logins = await held.enter_async_context(login_providers(town.folder / "logins.log"))
    mitid = await _provider(town, "mitid", town.preset, "/login/back", CITIZENS)
    staff = await _provider(town, "staff", "staff", "/staff/login/back", STAFF)
    town.mitid = str(mitid["issuer"])
    extra = {"extra_scopes": ["ssn"]} if town.preset in ("idura", "neb") else {}
    return {
        "origin": town.site,
        "port": port,
        "meetings": town.meetings,
        "authority": "Lilleby Kommune",
        "phone": "00 00 00 00",
        "mitid": {**mitid, **extra, "preset": town.preset, "reference": "Videomøde"},
        "staff": {**staff, "preset": "staff"},
        "staff_roles": ROLES,
        "carriers": carriers,
    }


async def _provider(town: Town, name: str, shape: str, back: str, people: tuple[Person, ...]) -> dict[str, object]:
    """One provider with its people; the part of its table that is this installation's."""
    secret = secrets.token_urlsafe(24)
    client = Client("portner", f"{town.site}{back}", secret)
    issuer = await town.logins.open(name, shape, [client], people)
    return {"issuer": issuer, "client_id": "portner", "secret_file": _kept(town, name, secret)}


async def _gateways(town: Town, held: AsyncExitStack) -> list[dict[str, object]]:
    """Phone and mailbox, and the tables of the carriers that reach them."""
    certificates = town.folder / "certificates"
    certificates.mkdir(mode=0o700)
    issuer = make_issuer(certificates)
    identity, platform = issuer.sign("portner"), issuer.sign("platform")
    phone = await held.enter_async_context(running(town.sms.app))
    mailbox = await held.enter_async_context(running(town.post.app, Tls(platform, issuer.path)))
    town.sms.webhook, town.post.receipts = f"{town.site}/receipts/gatewayapi", f"{town.site}/receipts/digital-post"
    return [
        {
            "adapter": "digital-post",
            "cvr": CVR,
            "identity": str(identity),
            "authorities": str(issuer.path),
            "token_host": mailbox,
            "service_host": mailbox,
            "receipt_secret_file": _kept(town, "receipts", town.secrets["receipt secret"]),
        },
        {
            "adapter": "gatewayapi",
            "host": phone,
            "token_file": _kept(town, "sms-token", town.sms.token),
            "receipt_secret_file": _kept(town, "sms-secret", town.sms.secret),
        },
    ]


def _kept(town: Town, name: str, secret: str) -> str:
    """The secret in a file of its own."""
    path = town.folder / "secrets" / name
    write_secret(path, secret.encode())
    town.secrets[name] = secret
    return str(path)
