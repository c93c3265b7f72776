"""What is a reason for a look at somebody, and what is not."""

import pytest

from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.reasons import LEAST, MOST, fault, judged, kept


@pytest.mark.parametrize(
    ("why", "no"),
    [
        ("ringer og spørger", None),
        ("x" * MOST, None),
        ("x" * (MOST + 1), Reason.BAD_REQUEST),
        ("  a\n ", Reason.REASON_NEEDED),
        ("\u200b" * LEAST, Reason.REASON_NEEDED),
        ("sag 2026-17, tlf. 00 00 00 00", None),
        ("klage fra 010190-1234", Reason.CPR_IN_TEXT),
        ("klage fra 0101\u200b901234", Reason.CPR_IN_TEXT),
        ("ringede 61 01 90 12 34", Reason.CPR_IN_TEXT),
    ],
)
def test_a_reason_says_something_and_holds_no_cpr_number(why: str, no: Reason | None) -> None:
    """Also where a sign that nobody sees parts it. The verdict, which is on record, repeats nothing of it."""
    assert fault(why) is no
    verdict = judged("reveal", why)
    assert (verdict.is_open, verdict.reason) == (no is None, no or Reason.ALLOWED)
    assert all(not said.facts for said in verdict.said)


def test_it_is_kept_in_one_line() -> None:
    """As whoever it is about reads it."""
    assert kept(" klage\nfra\u202e  borger ") == "klage fra borger"
