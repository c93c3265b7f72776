"""What somebody types to look through the audit, understood."""

import pytest

from tui.board.audit_asked import Misunderstood, Wanted, understood
from tui.settings import Settings
from tui.text.ages import clock, day_clock, moment
from tui.text.words import Words

DANISH = Words(Settings())

NOW = moment("11:00", 1_795_381_467.0) or 0.0


def test_fields_in_both_languages_and_words() -> None:
    """What has no field is a word, also with a colon in it; two values of one field are both meant."""
    wanted = understood("medarbejder:mette by:holm slags:luk_ind for tidligt x:y aftale:a1", NOW)
    assert wanted == Wanted(appointment="a1", kind="luk ind", staff="mette holm", words="for tidligt x:y")
    assert understood("", NOW) == Wanted()


def test_times_are_of_today_or_of_the_day_named() -> None:
    """A day alone from its beginning to its end; one that is still to come was last year's."""
    wanted = understood("fra:08:00 til:10:30", NOW)
    assert (clock(wanted.since or 0, DANISH), clock(wanted.until or 0, DANISH)) == ("08.00", "10.30")
    assert NOW - (wanted.since or 0) == 3 * 3600
    day = understood("from:20.11 to:20.11", NOW)
    assert day_clock(day.since or 0, DANISH) == "20.11 00.00"
    assert day_clock(day.until or 0, DANISH) == "21.11 00.00"
    last_year = understood("fra:24.12-09:15", NOW).since or 0
    assert (day_clock(last_year, DANISH), NOW - last_year > 300 * 86400) == ("24.12 09.15", True)
    assert day_clock(understood("fra:1.2.2025", NOW).since or 0, DANISH) == "01.02 00.00"


@pytest.mark.parametrize("text", ["fra:25:99", "til:31.02", "fra:i går", "fra:-", "fra:1.1.99999"])
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    """Said so instead."""
    with pytest.raises(Misunderstood):
        understood(text, NOW)
