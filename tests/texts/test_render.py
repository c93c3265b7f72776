"""What the letters say."""

import re
from collections.abc import Iterator

import pytest

from xmpp_agent.model.letters import About, Channel
from xmpp_agent.rules.gsm7 import measure
from xmpp_agent.texts import Facts, TextFault, render

URL = "https://moede.ringkoebing-skjern.dk/m/7Kq2Wp9xZ4m8Tq1rAbCd"
LONG = Facts("Ringkøbing-Skjern Kommune", 1790758200.0, 30, URL, "70 10 20 30")
"""As long as names, dates and links get: a Wednesday in September."""
SPRING = Facts("Lilleby Kommune", 1778574600.0, 30, URL, "70 10 20 30")
LOGIN = re.compile(r"mitid|nemid|log (?:ind|in) (?:her|here|med|with)", re.IGNORECASE)
TELLING = re.compile(r"psyki|jobcenter|job centre|behandling|kontanthjælp|ydelse|benefit|illness|sygdom", re.IGNORECASE)


def every(*channels: Channel) -> Iterator[tuple[About, Channel, str]]:
    """All texts of these channels."""
    return ((about, channel, language) for about in About for channel in channels for language in ("da", "en"))


@pytest.mark.parametrize(("about", "channel", "language"), every(Channel.SMS))
def test_a_text_message_is_one_message(about: About, channel: Channel, language: str) -> None:
    """Each default text fits one message with the longest of names and links, on one line."""
    _, text = render(about, channel, language, LONG)
    found = measure(text)
    assert (found.gsm7, found.parts) == (True, 1), f"{found.units}: {text}"
    assert "\n" not in text
    assert "  " not in text


@pytest.mark.parametrize(("about", "channel", "language"), every(Channel.SMS))
def test_a_text_message_ends_with_the_link(about: About, channel: Channel, language: str) -> None:
    """Nothing behind it can become part of the address; a cancellation leads nowhere."""
    for facts in (LONG, Facts("Lilleby Kommune", 0, 30, URL)):
        _, text = render(about, channel, language, facts)
        assert text.endswith(f" {URL}") == (about not in (About.CANCELLED, About.NOT_NEEDED))


@pytest.mark.parametrize(
    ("about", "channel", "language"), every(Channel.SMS, Channel.EMAIL, Channel.DIGITAL_POST), ids=str
)
def test_no_text_tells_more_than_it_must(about: About, channel: Channel, language: str) -> None:
    """Nothing of illness or benefits, and no call to log in with MitID; the unit is named only if it is told."""
    whole = "\n".join(render(about, channel, language, LONG))
    assert not TELLING.search(whole)
    assert not LOGIN.search(whole)
    assert "–" not in whole
    named = Facts("Lilleby Kommune", 0, 30, URL, unit="Center Nord")
    assert ("Center Nord" in "\n".join(render(about, channel, language, named))) or about is About.HOTLINE


@pytest.mark.parametrize(("about", "channel", "language"), every(Channel.EMAIL, Channel.DIGITAL_POST), ids=str)
def test_a_letter_has_a_neutral_subject_and_paragraphs(about: About, channel: Channel, language: str) -> None:
    """The subject names neither authority nor date; no two blank lines follow each other, with or without facts."""
    for facts in (SPRING, Facts("Lilleby Kommune", 0, 30, URL, companion=False, identity=False)):
        subject, text = render(about, channel, language, facts)
        assert subject
        assert "Lilleby" not in subject
        assert "\n" not in subject
        assert "\n\n\n" not in text
        assert text == text.strip() + "\n"
        assert (URL + "\n" in text) == (about not in (About.CANCELLED, About.NOT_NEEDED))


def test_dates_are_written_in_full_danish() -> None:
    """Weekday, day, month, year and time as people say them, by the clocks in Copenhagen."""
    subject, text = render(About.INVITATION, Channel.DIGITAL_POST, "da", SPRING)
    assert subject == "Indkaldelse til videomøde"
    assert "tirsdag den 12. maj 2026 kl. 10.30. Mødet varer cirka 30 minutter." in text
    assert "tirsdag 12. maj kl. 10.30" in render(About.INVITATION, Channel.SMS, "da", SPRING)[1]


def test_dates_are_written_in_full_english() -> None:
    """The same in English; winter time is an hour apart."""
    assert "Tuesday 12 May 2026 at 10:30" in render(About.INVITATION, Channel.EMAIL, "en", SPRING)[1]
    winter = Facts("Lilleby Kommune", 1765449000.0, 30, URL)
    assert "Thursday 11 December 2025 at 11:30" in render(About.INVITATION, Channel.EMAIL, "en", winter)[1]


def test_a_unit_elsewhere_has_its_own_clocks() -> None:
    """Greenland's, for one."""
    nuuk = Facts("Kommuneqarfik", 1778574600.0, 30, URL, timezone="America/Nuuk")
    assert "tirsdag 12. maj kl. 07.30" in render(About.INVITATION, Channel.SMS, "da", nuuk)[1]


def test_what_does_not_apply_is_not_said() -> None:
    """Companion and login are spoken of only where there are any, and a number only when there is one."""
    _, all_ = render(About.INVITATION, Channel.EMAIL, "da", SPRING)
    assert "bisidder" in all_
    assert "vise, hvem du er" in all_
    assert "70 10 20 30" in all_
    bare = Facts("Lilleby Kommune", 0, 30, URL, companion=False, identity=False)
    _, little = render(About.INVITATION, Channel.EMAIL, "da", bare)
    assert "bisidder" not in little
    assert "vise, hvem du er" not in little
    assert "Ring" not in little


def test_another_language_gets_danish() -> None:
    """Whoever reads neither is written to in the authority's language."""
    assert render(About.REMINDER, Channel.SMS, "kl", SPRING) == render(About.REMINDER, Channel.SMS, "da", SPRING)


def test_a_call_has_no_text() -> None:
    """Staff call; nothing is written."""
    with pytest.raises(TextFault):
        render(About.INVITATION, Channel.CALL, "da", SPRING)


def test_a_units_own_text_stands_in_place_of_ours() -> None:
    """By its key, for that language and channel alone, with the same facts."""
    own = {
        "sms.invitation.da": "Hej. {% if phone %}Ring {{ phone }}{% else %}Kom{% endif %} – {{ date }}. {{ url }}",
        "email.invitation.da": "Velkommen\n\nVi ses {{ long_date }}.\n\n{{ url }}",
    }
    assert render(About.INVITATION, Channel.SMS, "da", SPRING, own)[1] == (
        f"Hej. Ring 70 10 20 30 - tirsdag 12. maj. {URL}"
    )
    assert render(About.INVITATION, Channel.EMAIL, "da", SPRING, own) == (
        "Velkommen",
        f"Vi ses tirsdag den 12. maj 2026.\n\n{URL}\n",
    )
    for about, channel, language in ((About.INVITATION, Channel.SMS, "en"), (About.REMINDER, Channel.SMS, "da")):
        assert render(about, channel, language, SPRING, own) == render(about, channel, language, SPRING)
    digital = render(About.INVITATION, Channel.DIGITAL_POST, "da", SPRING, own)
    assert digital == render(About.INVITATION, Channel.DIGITAL_POST, "da", SPRING)


@pytest.mark.parametrize("own", ["{{ cpr }}", "{% if", "{{ url.__class__ }}", "{% for i in url %}x{% endfor %}"])
def test_a_faulty_text_sends_nothing(own: str) -> None:
    """Rather no letter than half a one; the exception repeats nothing of the facts."""
    with pytest.raises(TextFault) as caught:
        render(About.INVITATION, Channel.SMS, "da", SPRING, {"sms.invitation.da": f"Hej {own}"})
    assert URL not in str(caught.value)


def test_facts_are_no_templates() -> None:
    """A name that looks like one is printed as it is, on one line."""
    odd = Facts("{{ url }}\n{% if %}", 0, 30, URL)
    assert "{{ url }} {% if %}" in render(About.INVITATION, Channel.SMS, "da", odd)[1]
