"""A supervisor's console elsewhere: how long a token signs it in, and what ends it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import UNIT
from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_staff_login import ROLES, SOFIE
from xmpp_agent.flows.console_login import at_console, still_at_console
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_login import signed_in
from xmpp_agent.flows.staff_out import Exits, sign_out_everywhere
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.login import Vouched
from xmpp_agent.rules.staff_roles import BROUGHT_WITHIN, VOUCHED_FOR

BOSS = replace(SOFIE, roles=frozenset({"job-boss"}))


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """A unit whose staff sign on."""
    async with open_staffed(tmp_path) as staffed:
        yield staffed


def token(unit: Staffed, name: str = "one", *, good_for: float = 300.0, ago: float = 0.0) -> Vouched:
    """What a token says that was made that long ago."""
    made = unit.office.clock.now() - ago
    return Vouched(BOSS, made, made + good_for, name)


@pytest.mark.parametrize(("good_for", "lasts"), [(300.0, 300.0), (9 * VOUCHED_FOR, VOUCHED_FOR)])
async def test_it_lasts_as_long_as_the_token_but_no_longer_than_the_sign_ons_word(
    unit: Staffed, good_for: float, lasts: float
) -> None:
    """Its own end, or an hour; then a newer token will do, and the old one begins nothing again."""
    vouched = token(unit, good_for=good_for)
    session = await at_console(unit.office, vouched, ROLES)
    assert session is not None
    assert (session.supervises, session.person) == (frozenset({UNIT.id}), session.person)
    unit.around.clock.at += lasts - 1
    assert await at_console(unit.office, vouched, ROLES) == session
    assert await still_at_console(unit.office, session)
    unit.around.clock.at += 1
    assert await at_console(unit.office, vouched, ROLES) is None
    assert not await still_at_console(unit.office, session)
    newer = await at_console(unit.office, token(unit, "two"), ROLES)
    assert newer is not None
    assert newer.person == session.person


async def test_a_token_kept_back_is_not_taken_later(unit: Staffed) -> None:
    """One that was never brought here while it was new begins nothing."""
    assert await at_console(unit.office, token(unit, good_for=3000, ago=BROUGHT_WITHIN), ROLES) is None
    assert await at_console(unit.office, token(unit, good_for=3000, ago=BROUGHT_WITHIN - 1), ROLES) is not None


async def test_put_out_is_said_so_and_counted_once(unit: Staffed) -> None:
    """By `portner staff sign-out`: the token is dead for good; a second sign-out finds nobody."""
    vouched = token(unit)
    session = await at_console(unit.office, vouched, ROLES)
    assert session is not None
    exits = Exits(unit.office.visitors, unit.office.diary, unit.office.records, unit.office.house.ledger)
    now = unit.office.clock.now()
    assert await sign_out_everywhere(exits, session.person, "uid:0", now) == 1
    assert await sign_out_everywhere(exits, session.person, "uid:0", now) == 0
    assert not await still_at_console(unit.office, session)
    with pytest.raises(Refused) as no:
        await at_console(unit.office, vouched, ROLES)
    assert no.value.verdict.reason is Reason.SIGNED_OUT


async def test_a_role_that_is_gone_at_the_next_token_ends_the_console_too(unit: Staffed) -> None:
    """Whoever has no access any more is out everywhere, also with the token before."""
    session = await at_console(unit.office, token(unit), ROLES)
    assert session is not None
    none_left = Vouched(replace(BOSS, roles=frozenset()), unit.around.clock.at, unit.around.clock.at + 300, "two")
    with pytest.raises(Refused):
        await at_console(unit.office, none_left, ROLES)
    assert not await still_at_console(unit.office, session)


async def test_what_signs_a_console_in_signs_no_browser_in(unit: Staffed) -> None:
    """A token as a cookie is nobody's session."""
    assert await at_console(unit.office, token(unit, "as.a-cookie"), ROLES) is not None
    assert await signed_in(unit.office, "as.a-cookie") is None
