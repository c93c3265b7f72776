"""Writes nouns with their audit line, in one transaction of the ledger's writer."""

from itertools import chain

from xmpp_agent.edges.store.chain import canonical
from xmpp_agent.edges.store.changes import Entry
from xmpp_agent.edges.store.ledger import Heard, Writer, tell
from xmpp_agent.edges.store.nouns import Nouns
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.recordings import Recording
from xmpp_agent.ports.diary import Noun


class SqlRecords:
    """The `Records` of ports."""

    def __init__(self, writer: Writer, cipher: Cipher, heard: Heard = ()) -> None:
        """`heard` are told of each recording that was written."""
        self._writer, self._nouns, self._heard = writer, Nouns(cipher), heard

    async def keep(self, line: AuditLine, *nouns: Noun) -> None:
        """See `xmpp_agent.ports.diary.Records.keep`."""
        await self._writer.write(self._entry(line, nouns))
        for noun in nouns:
            if isinstance(noun, Recording):
                tell(self._heard, noun)

    def jot(self, line: AuditLine, *nouns: Noun) -> None:
        """See `xmpp_agent.ports.diary.Records.jot`."""
        self._writer.jot(self._entry(line, nouns))

    def _entry(self, line: AuditLine, nouns: tuple[Noun, ...]) -> Entry:
        changes = chain.from_iterable(self._nouns.changes(noun) for noun in nouns)
        return Entry(canonical(line), tuple(changes))
