"""The town around the premises: a phone, a mailbox, MitID, the employer's sign-on, a calendar, the meeting page, and
the square that leads to them. All on loopback.

What cannot be had on one machine is stood in for by parts that know nothing of Portner and enforce what is published.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xmpp_agent.demo.calendar import CASE, Calendar
from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.demo.gateways.gatewayapi import GatewayApi
from xmpp_agent.demo.gateways.running import Tls, running
from xmpp_agent.demo.gateways.sf1601 import DigitalPost
from xmpp_agent.demo.journals.f2 import F2, Case
from xmpp_agent.demo.login_provider.running import Client, LoginProviders, Person, login_providers
from xmpp_agent.demo.meeting.app import MeetingConfig, meeting_app
from xmpp_agent.demo.meeting.serving import served
from xmpp_agent.demo.premises import Premises, open_premises, port_like, recorders_folder
from xmpp_agent.demo.square import Surroundings, square_app
from xmpp_agent.demo.townspeople import CITIZENS, ROLES, STAFF, STRANGER
from xmpp_agent.edges.keys.files import write_secret
from xmpp_agent.jitsi_config import StockProsody

POLICIES = Path(__file__).with_name("policies.yaml")
CVR = "29189846"
"""An invented authority's."""
_RECEIPT_HEADER = "x-portner-receipt-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is particular about a town."""

    preset: str = "idura"
    """Which broker MitID is behind."""
    square_port: int = 0
    site_port: int = 0
    """Ports wished for; 0, or one that is taken: any."""
    carriers: Sequence[Mapping[str, object]] = ()
    """Tables of more gateways, beside Digital Post and SMS."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """More settings of the agent."""
    with_f2: bool = False
    """Whether a stand-in of F2 is the case system; else a folder is."""


@dataclass
class Town:
    """Everything that runs. Addresses are origins without a slash at the end."""

    folder: Path
    plan: Plan
    sms: GatewayApi
    post: DigitalPost
    site: str = ""
    meetings: str = ""
    mitid: str = ""
    staff_logins: str = ""
    phone: str = ""
    square: str = ""
    f2: F2 | None = None
    """The case system, when the plan has one."""
    logins: LoginProviders = field(init=False)
    premises: Premises = field(init=False)
    calendar: Calendar = field(init=False)
    secrets: dict[str, str] = field(default_factory=dict)
    """What must never be in a log, by what it is."""


@asynccontextmanager
async def open_town(folder: Path, plan: Plan | None = None) -> AsyncIterator[Town]:
    """The town with the premises in it, in a folder that is emptied first.

    Raises ChildFault, LoginProviderFault, MeetingFault when a part does not start.
    """
    receipts = secrets.token_urlsafe(24)
    town = Town(
        folder,
        plan or Plan(),
        GatewayApi(token=secrets.token_urlsafe(24), secret=secrets.token_urlsafe(24)),
        DigitalPost(cvr=CVR, secret=(_RECEIPT_HEADER, receipts)),
    )
    town.secrets["receipt secret"] = receipts
    town.post.exempt |= {one.person.cpr for one in CITIZENS if not one.has_mailbox}

    @asynccontextmanager
    async def around(stock: StockProsody) -> AsyncIterator[Mapping[str, object]]:
        async with AsyncExitStack() as held:
            yield await _around(town, stock, held)

    async with open_premises(folder, around, town.plan.settings) as town.premises:
        town.calendar = Calendar(town.site, await _prepared(town))
        leads_to = Surroundings(town.site, town.phone, town.calendar, town.sms, town.post)
        async with served(square_app(leads_to), port_like(town.plan.square_port)) as town.square:
            yield town


async def _around(town: Town, stock: StockProsody, held: AsyncExitStack) -> Mapping[str, object]:
    """Start what the pages need; the table of settings."""
    port = port_like(town.plan.site_port)
    town.site = f"http://127.0.0.1:{port}"
    meeting = MeetingConfig(
        domain=stock.domain,
        muc=stock.rooms,
        focus=f"focus@{stock.services}/focus",
        recorder=stock.recorders,
        websocket=f"ws://127.0.0.1:{stock.http_port}/xmpp-websocket",
        token_auth_url=f"{town.site}/join/{{room}}",
    )
    town.meetings = await held.enter_async_context(served(meeting_app(meeting)))
    carriers = await _gateways(town, held)
    town.logins = await held.enter_async_context(login_providers(town.folder / "logins.log"))
    preset = town.plan.preset
    citizens = (*(one.person for one in CITIZENS), STRANGER)
    mitid = await _provider(town, "mitid", preset, "/login/back", citizens)
    staff = await _provider(town, "staff", "staff", "/staff/login/back", tuple(one.person for one in STAFF))
    town.mitid, town.staff_logins = str(mitid["issuer"]), str(staff["issuer"])
    extra = {"extra_scopes": ["ssn"]} if preset in ("idura", "neb") else {}
    return {
        "origin": town.site,
        "port": port,
        "meetings": town.meetings,
        "authority": "Lilleby Kommune",
        "phone": "70 00 00 00",
        "mitid": {**mitid, **extra, "preset": preset, "reference": "Videomøde"},
        "staff": {**staff, "preset": "staff"},
        "staff_roles": ROLES,
        "carriers": [*carriers, *town.plan.carriers],
        "recordings": str(recorders_folder(town.folder)),
        **({"journal": await _case_system(town, held)} if town.plan.with_f2 else {}),
    }


async def _case_system(town: Town, held: AsyncExitStack) -> Mapping[str, object]:
    """F2, and the table that leads to it."""
    secret, password = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    town.f2 = F2(client_id="portner", client_secret=secret, user="video", password=password)
    town.f2.cases.append(Case(17, CASE))
    host = await held.enter_async_context(running(town.f2.app))
    return {
        "adapter": "f2",
        "index": f"{host}/F2Rest/ServiceIndex",
        "client_id": "portner",
        "client_secret_file": _kept(town, "f2-client", secret),
        "user": "video",
        "password_file": _kept(town, "f2-password", password),
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
    town.phone = await held.enter_async_context(running(town.sms.app))
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
            "host": town.phone,
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


async def _prepared(town: Town) -> str:
    """Units and policies are loaded, and the calendar has its key: as at any installation. Answers the key."""
    make_key = ("api-key", "add", "Kalender", "--unit", "*", "--json")
    _, made = await asyncio.gather(
        town.premises.portner("policy", "load", str(POLICIES)), town.premises.portner(*make_key)
    )
    town.secrets["api key"] = str(json.loads(made)["key"])
    return town.secrets["api key"]
