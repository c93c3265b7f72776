"""Letters by Digital Post through KOMBIT's Serviceplatformen (SF1601), with mutual TLS.

First PostForespoerg is asked whether the citizen has a mailbox, then KombiPostAfsend takes the letter; what became of
it comes by SF1461 (post_status.py). The letter's id is the message's UUID, so that a repetition counts once.
"""

import re
import ssl
import time
import uuid
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from xmpp_agent.edges.post import post_status
from xmpp_agent.edges.post.asking import Answer, ask, inner, is_yes, read_json, refusal, unreadable
from xmpp_agent.edges.post.kombit_tokens import Tokens
from xmpp_agent.edges.post.memo import kombi_request
from xmpp_agent.edges.post.receipts import id_of, is_same
from xmpp_agent.edges.post.xml import local_name, read_xml, words_in
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import CarrierFault, Handed, Incoming, Parcel, Receipt, ReceiptFault, Reply

SECRET_HEADER = "x-portner-receipt-secret"
"""What the proxy that ends the sender's mutual TLS adds, and takes off whatever else came in under that name."""
_SENDING = "http://entityid.kombit.dk/service/kombipostafsend/1"
_LOOKING = "http://entityid.kombit.dk/service/postforespoerg/1"
_CPR = re.compile(r"[0-9]{10}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class DigitalPostSettings:
    """The authority, its certificate, and the environment."""

    cvr: str
    identity: Path
    """PEM file with the OCES3 system certificate, its issuers and the private key."""
    receipt_secret: str = ""
    """What stands in SECRET_HEADER; without it no receipt is believed."""
    token_host: str = "https://n2adgangsstyring.stoettesystemerne.dk"
    service_host: str = "https://prod.serviceplatformen.dk"
    authorities: Path | None = None
    """Certificates to trust instead of the system's."""
    seconds: float = 15.0
    """Longest wait for each answer."""


def mutual_tls(settings: DigitalPostSettings) -> ssl.SSLContext:
    """For `make_client`. Raises OSError (ssl.SSLError) when certificate and key cannot be used."""
    context = ssl.create_default_context(cafile=settings.authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.identity)
    return context


class DigitalPost:
    """One authority."""

    name = "digital-post"
    channel = Channel.DIGITAL_POST
    repeatable = True

    def __init__(self, settings: DigitalPostSettings, http: httpx.AsyncClient) -> None:
        """`http` brings the certificate (`mutual_tls`). Raises OSError or ValueError when the file holds none."""
        certificate = x509.load_pem_x509_certificate(settings.identity.read_bytes())
        self._settings, self._http = settings, http
        self._service = f"{settings.service_host.rstrip('/')}/service"
        self._tokens = Tokens(
            http,
            cvr=settings.cvr,
            certificate=b64encode(certificate.public_bytes(Encoding.DER)).decode(),
            issuer=f"{settings.token_host.rstrip('/')}/runtime/api/rest/wstrust/v1/issue",
            exchange=f"{self._service}/AccessTokenService_1/token",
            seconds=settings.seconds,
        )

    @property
    def gives_receipts(self) -> bool:
        """Only where they can be checked."""
        return bool(self._settings.receipt_secret)

    async def hand_over(self, parcel: Parcel) -> Handed:
        """As `Carrier.hand_over`; NOT_REGISTERED when the citizen has no mailbox or is exempt."""
        if _CPR.fullmatch(parcel.to) is None:
            raise CarrierFault(Failure.BAD_ADDRESS, again=False)
        await self._look_up(parcel.to)
        body = kombi_request(parcel, cvr=self._settings.cvr, written_at=time.time())
        headers = {"Content-Type": "application/xml", "Accept": "application/xml"}
        request = self._http.build_request("POST", f"{self._service}/KombiPostAfsend_1/kombi", content=body)
        request.headers.update(headers)
        answer = await self._asked(_SENDING, request, hands_over=True)
        return Handed(_transmission(answer))

    async def _look_up(self, cpr: str) -> None:
        """The service takes the number in its address and no other way; the address stays within mutual TLS."""
        request = self._http.build_request(
            "GET", f"{self._service}/PostForespoerg_1/digitalpost", params={"cprNumber": cpr}
        )
        answer = await self._asked(_LOOKING, request, hands_over=False)
        try:
            registered = inner(read_json(answer.body), "result")
        except ValueError:
            registered = None
        if registered is False:
            raise CarrierFault(Failure.NOT_REGISTERED, again=False)
        if registered is not True:
            raise unreadable(hands_over=False)

    async def _asked(self, entity_id: str, request: httpx.Request, *, hands_over: bool) -> Answer:
        """The answer to a yes; a token that is refused is fetched anew once. Raises CarrierFault."""
        request.headers["X-TransaktionsId"] = str(uuid.uuid4())
        request.headers["X-TransaktionsTid"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = await self._once(entity_id, request, hands_over)
        if answer.status == 401:
            self._tokens.forget(entity_id)
            answer = await self._once(entity_id, request, hands_over)
        if not is_yes(answer):
            raise refusal(answer)
        return answer

    async def _once(self, entity_id: str, request: httpx.Request, hands_over: bool) -> Answer:
        request.headers["Authorization"] = await self._tokens.authorization(entity_id)
        return await ask(self._http, request, seconds=self._settings.seconds, hands_over=hands_over)

    def receipts(self, incoming: Incoming) -> tuple[Receipt, ...]:
        """As `ReceiptReader.receipts`. Beskedfordeleren signs nothing: its certificate is the proxy's to check."""
        if not is_same(incoming.headers.get(SECRET_HEADER, ""), self._settings.receipt_secret):
            raise ReceiptFault("not through the proxy")
        return post_status.read_post_status(incoming.body)

    def reply(self, *, taken: bool) -> Reply:
        """As `ReceiptReader.reply`."""
        return post_status.answer(taken=taken)


def _transmission(answer: Answer) -> str:
    """The id of a `kombi_response` that says true. Raises CarrierFault."""
    try:
        root = read_xml(answer.body)
    except ValueError:
        raise unreadable() from None
    words = words_in(root)
    if local_name(root) != "kombi_response" or words.get("Result", "").lower() not in {"true", "false"}:
        raise unreadable()
    if words["Result"].lower() == "false":
        raise CarrierFault(Failure.REFUSED, again=False)
    return id_of(words.get("TransmissionID", ""))
