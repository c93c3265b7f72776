"""The demo's meeting page in two browsers with cameras of different colours, on a real Prosody with the real agent."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.clinic import Clinic
from tests.demo.meetings import BLUE, RED, House, looked, open_house, write_camera
from tests.end_to_end.browser import Browser, browser

pytestmark = [pytest.mark.prosody, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(clinic: Clinic) -> AsyncIterator[House]:
    """The meeting page of the module's clinic."""
    async with open_house(clinic) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def red(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose camera sees red."""
    async with browser(write_camera(tmp_path_factory.mktemp("red") / "camera.y4m", RED)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def blue(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose camera sees blue."""
    async with browser(write_camera(tmp_path_factory.mktemp("blue") / "camera.y4m", BLUE)) as running:
        yield running


async def test_staff_lets_in_and_they_see_each_other_move(house: House, red: Browser, blue: Browser) -> None:
    """A citizen waits, staff presses the button, and each sees frames of the other's camera that change."""
    booked = await house.clinic.book(staff=house.clinic.somebody())
    staff, citizen = await house.both_inside(red, blue, booked)
    of_citizen, of_staff = await looked(staff), await looked(citizen)
    assert of_citizen.different > 3
    assert of_staff.different > 3
    assert of_citizen.blue > of_citizen.red + 50
    assert of_staff.red > of_staff.blue + 50
    await staff.see("#about", "Anna Hansen")
    assert not staff.troubles.all + citizen.troubles.all
