"""A day at the clinic over plain XMPP: who comes in, who waits, who is refused."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clinic import Clinic, is_inside, is_refusal_to_lobby, open_clinic


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with open_clinic(tmp_path) as opened:
        yield opened


async def test_an_early_citizen_waits_is_let_in_and_the_next_waits_until_the_first_is_finished(clinic: Clinic) -> None:
    """The story of a visit: lobby before any room, staff sees the verified name, admits, and the next has to wait."""
    anna = await clinic.book("Anna Hansen")
    bo = await clinic.book("Bo Berg")
    assert anna.room == bo.room
    citizen = await clinic.citizen(anna)
    assert is_refusal_to_lobby(await citizen.join())
    await citizen.knock("Fake Name")
    staff = await clinic.open_room(anna)
    await staff.sees_waiting("Anna Hansen ✓ MitID")
    await staff.admit(citizen)
    await citizen.invited()
    assert is_inside(await citizen.join())
    following = await clinic.citizen(bo)
    assert is_refusal_to_lobby(await following.join())
    await following.knock()
    await staff.sees_waiting("Bo Berg ✓ MitID")
