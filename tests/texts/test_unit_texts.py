"""A unit's own texts are judged when they are loaded."""

from dataclasses import fields
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.model.letters import About, Channel
from xmpp_agent.texts import Facts, TextFault, check_overrides, render
from xmpp_agent.texts.template import NAMES

FACTS = Facts("Lilleby Kommune", 0, 30, "https://moede.lilleby.example/m/7Kq2Wp9xZ4m8Tq1r")


def test_texts_that_can_be_sent_have_no_fault() -> None:
    """Facts, conditions and text; a blank or nothing after the link."""
    own = {
        "sms.invitation.da": "Hej. {% if unit %}{{ unit }}: {% endif %}{{ date }} kl. {{ time }}. {{ url }}",
        "sms.cancelled.en": "Cancelled.",
        "email.reminder.en": "Reminder\n\n{{ who }}, {{ long_date }}\n\n{{ url }}\n\nWelcome",
        "digital-post.hotline.da": "Link\n\nHer: {{ url }} og ring gerne {{ phone }}",
    }
    assert check_overrides(own) == ()


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("sms.invitation.de", "{{ url }}", "there is no such text"),
        ("call.invitation.da", "{{ url }}", "there is no such text"),
        ("sms.invitation.da", "{{ url }} {{ cpr }}", "speaks of cpr"),
        ("sms.invitation.da", "{{ url }", "cannot be read (line 1)"),
        ("sms.invitation.da", "{{ url }}{% if phone %}", "cannot be read"),
        ("sms.invitation.da", "{{ url.upper() }}", "not use Call"),
        ("sms.invitation.da", "{{ url|upper }}", "not use Filter"),
        ("sms.invitation.da", "{{ ''.__class__ }}", "not use Getattr"),
        ("sms.invitation.da", "{{ url[0] }}", "not use Getitem"),
        ("sms.invitation.da", "{{ url * 9999999 }}", "not use Mul"),
        ("sms.invitation.da", "{% for a in url %}{% endfor %}", "not use For"),
        ("sms.invitation.da", "{% set url = 'x' %}{{ url }}", "not use Assign"),
        ("sms.invitation.da", "{% include 'a' %}", "not use Include"),
        ("sms.invitation.da", "{{ url }}" + "x" * 4000, "longer than 4000"),
        ("sms.invitation.da", "{% if unit %}" * 9 + "{{ url }}" + "{% endif %}" * 9, "within each other"),
        ("sms.invitation.da", "Kom", "does not say {{ url }}"),
        ("sms.invitation.da", "{% if phone %}{{ url }}{% endif %}", "does not say {{ url }}"),
        ("sms.invitation.da", "Gå til {{ url }}.", "blank or nothing after"),
        ("sms.invitation.da", "Log ind med MitID: {{ url }}", "names MitID"),
        ("sms.invitation.da", "Log ind med Mit ID: {{ url }}", "names MitID"),
        ("sms.invitation.da", "æ" * 460 + " {{ url }}", "longer than 3 text messages"),
        ("sms.cancelled.da", "{% if unit %}Aflyst{% endif %}", "is empty"),
        ("email.invitation.da", "{{ url }}", "needs a subject"),
        ("email.invitation.da", "x" * 101 + "\n\n{{ url }}", "subject of more than 100"),
    ],
)
def test_each_fault_is_one_sentence(key: str, text: str, says: str) -> None:
    """It names the text and what is wrong with it."""
    found = check_overrides({key: text})
    assert [sentence for sentence in found if says in sentence], found
    assert all(sentence.startswith(f"Text {key}") and sentence.endswith(".") for sentence in found)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_written_there_is_an_answer(text: str) -> None:
    """Sentences or none, never an exception; what has no fault can be sent."""
    for key in ("sms.invitation.da", "email.cancelled.en"):
        if not check_overrides({key: text}):
            channel = Channel(key.partition(".")[0])
            assert render(About(key.split(".")[1]), channel, key[-2:], FACTS, {key: text})[1]


_PIECES = st.sampled_from(
    [*(f"{{{{ {name} }}}}" for name in sorted(NAMES)), "{% if phone %}", "{% endif %}", "{% else %}", "{{", "%}", "{#"]
)


@settings(deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30).map("".join))
def test_templates_of_odd_pieces_have_an_answer(text: str) -> None:
    """The same with what templates are made of."""
    found = check_overrides({"sms.hotline.da": text})
    if not found:
        assert FACTS.url in render(About.HOTLINE, Channel.SMS, "da", FACTS, {"sms.hotline.da": text})[1]


def test_conditions_are_bounded() -> None:
    """Hundreds within each other are refused before Python's own parser chokes on them."""
    deep = "".join(chain(["{%if unit%}"] * 180, ["{{ url }}"], ["{%endif%}"] * 180))
    with pytest.raises(TextFault, match="within each other"):
        render(About.INVITATION, Channel.SMS, "da", FACTS, {"sms.invitation.da": deep})


def test_no_text_can_name_who_is_met() -> None:
    """An appointment is handed over without a word to the citizen because of that; a new word for it needs one."""
    assert not {"staff", "caseworker", "name", "colleague"} & NAMES
    assert {field.name for field in fields(Facts)} == {
        *("authority", "starts_at", "minutes", "url", "phone", "unit", "companion", "identity", "timezone")
    }
