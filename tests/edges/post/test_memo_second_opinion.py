"""A letter as MeMo, compared with what an independent library writes (python-serviceplatformen; Python < 3.13 only)."""

import sys
from base64 import b64decode
from datetime import UTC, datetime
from importlib import import_module
from xml.etree import ElementTree

from tests.edges.post.parcels import CPR, TEXT, URL, meeting, parcel
from xmpp_agent.demo.gateways.memo_reading import parse, read_memo
from xmpp_agent.edges.post.memo import kombi_request
from xmpp_agent.model.letters import Channel

CVR, WRITTEN = "12345678", 1778000000.0

if sys.version_info < (3, 13):

    def test_an_independent_library_writes_the_same() -> None:
        """python-serviceplatformen's classes, filled with the same facts, give the same elements in the same order."""
        message = import_module("python_serviceplatformen.models.message")
        xml_util = import_module("python_serviceplatformen.models.xml_util")
        about = meeting(organizer_email="video@lilleby.example")
        of = parcel(Channel.DIGITAL_POST, meeting=about)
        ours = parse(kombi_request(of, cvr=CVR, written_at=WRITTEN))[1]
        starts, ends = (datetime.fromtimestamp(at, UTC) for at in (about.starts_at, about.ends_at))
        theirs = message.Message(
            messageHeader=message.MessageHeader(
                messageType="DIGITALPOST",
                messageUUID=of.letter,
                label=of.subject,
                mandatory=False,
                legalNotification=False,
                sender=message.Sender(senderID=CVR, idType="CVR", label="Lilleby Kommune"),
                recipient=message.Recipient(recipientID=CPR, idType="CPR"),
            ),
            messageBody=message.MessageBody(
                createdDateTime=datetime.fromtimestamp(WRITTEN, UTC),
                mainDocument=message.MainDocument(
                    files=(
                        message.File(
                            encodingFormat="text/html",
                            filename="videomoede.html",
                            language="da",
                            content=ours.findtext(".//{*}content"),
                        ),
                    ),
                    actions=(
                        message.Action(
                            label="Videomøde",
                            actionCode="AFTALE",
                            reservation=message.Reservation(
                                description="Videomøde",
                                reservationUUID=about.uid,
                                abstract="Videomøde",
                                location="På video",
                                startDateTime=starts,
                                endDateTime=ends,
                                organizerMail="video@lilleby.example",
                                organizerName="Lilleby Kommune",
                            ),
                            entryPoint=message.EntryPoint(url=URL),
                        ),
                    ),
                ),
            ),
        )
        written = xml_util.dataclass_to_xml(theirs)
        assert ElementTree.tostring(ours) == ElementTree.tostring(written)
        read_memo(written)
        assert TEXT.partition(" ")[0] in b64decode(ours.findtext(".//{*}content") or "").decode()
