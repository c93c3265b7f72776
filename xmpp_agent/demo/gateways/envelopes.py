"""The XML around a letter on Serviceplatformen: what answers its sending, and Beskedfordeleren's word of its fate."""

import base64
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

_TAKEN = re.compile(rb"<(?:\w+:)?StatusKode>\s*20\s*</")


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that was taken."""

    message: str
    transmission: str


def kombi_response(transmission: str | None, fault: str = "") -> str:
    """Yes with the id of the transmission, or no with a reason."""
    if transmission is None:
        return (
            "<kombi_response><Result>false</Result><HovedoplysningerSvarREST><SvarReaktion><Fejl>"
            f"<FejlId>1000</FejlId><FejlTekst>{escape(fault)}</FejlTekst>"
            "</Fejl></SvarReaktion></HovedoplysningerSvarREST></kombi_response>"
        )
    return (
        f"<kombi_response><Result>true</Result><TransmissionID>{transmission}</TransmissionID>"
        "<HovedoplysningerSvarREST><SvarReaktion><Advis><AdvisId>0</AdvisId><AdvisTekst>RECEIVED</AdvisTekst></Advis>"
        "</SvarReaktion></HovedoplysningerSvarREST></kombi_response>"
    )


def status(sent: Sent, code: str, fault: tuple[str, str] | None = None) -> bytes:
    """`ModtagBeskedInput` with a `PKO_PostStatus` in it."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    details = "<FejlDetaljer/>"
    if fault is not None:
        kind, text = (escape(part) for part in fault)
        details = f"<FejlDetaljer><FejlKode>{kind}</FejlKode><FejlTekst>{text}</FejlTekst></FejlDetaljer>"
    inside = (
        '<PKO_PostStatus xmlns="http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types">'
        f"<TransmissionId>{sent.transmission}</TransmissionId><MessageUUID>{escape(sent.message)}</MessageUUID>"
        f"<MessageId>{uuid.uuid4()}</MessageId><KanalKode>Digital Post</KanalKode>"
        f"<TransaktionsDatoTid>{now}</TransaktionsDatoTid><TransaktionsStatusKode>{code}</TransaktionsStatusKode>"
        f"<CorrelationId>{sent.transmission}</CorrelationId>{details}</PKO_PostStatus>"
    )
    wrapped = base64.b64encode(inside.encode()).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<ns4:ModtagBeskedInput xmlns="urn:oio:sagdok:3.0.0" xmlns:ns2="urn:oio:besked:kuvert:1.0" '
        'xmlns:ns4="urn:oio:sts:1.0.0"><ns2:Haendelsesbesked>'
        f"<ns2:BeskedId><UUIDIdentifikator>{uuid.uuid4()}</UUIDIdentifikator></ns2:BeskedId>"
        "<ns2:BeskedVersion>1.0</ns2:BeskedVersion><ns2:Beskeddata>"
        '<Base64 xmlns="urn:besked:kuvert:1.0" content-type="application/xml" encoding="UTF-8" file-type=".xml">'
        f"{wrapped}</Base64></ns2:Beskeddata></ns2:Haendelsesbesked></ns4:ModtagBeskedInput>"
    ).encode()


def says_taken(answer: bytes) -> bool:
    """Whether the receiver answered with status 20; anything else, and the message comes again."""
    return _TAKEN.search(answer) is not None
