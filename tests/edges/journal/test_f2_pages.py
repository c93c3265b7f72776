"""What F2 shows of a case, read."""

import pytest

from xmpp_agent.edges.journal.asking import Answer
from xmpp_agent.edges.journal.f2_pages import read_page
from xmpp_agent.ports.recordings import JournalFault


def test_what_is_there_without_an_address_is_not_taken_for_nothing() -> None:
    """Whoever made it anew would have made it twice."""
    page = "<Case><Matter><Title>Notat [P-1]</Title></Matter><Matter><Title>Notat [P-2]</Title>{}</Matter></Case>"
    structure = read_page("https://f2.test/c/1", Answer(200, page.format('<Link rel="self" href="/m/2"/>').encode()))
    assert structure.marked("Matter", "P-2") == "https://f2.test/m/2"
    assert structure.marked("Matter", "P-3") == ""
    with pytest.raises(JournalFault, match="journal_away"):
        structure.marked("Matter", "P-1")
