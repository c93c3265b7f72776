"""`portner doctor` on recordings: what policies allow, and whether anybody would take it in."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.custodian import RECORDED, open_custodian
from xmpp_agent.doctor.own_house import recorders
from xmpp_agent.settings import Settings
from xmpp_agent.settings_site import SiteSettings

SITE = SiteSettings(origin="http://localhost", port=0, authority="Lilleby Kommune", phone="00 00 00 00")


@pytest.mark.parametrize("allowed", [True, False])
async def test_recordings_that_nobody_takes_in_are_named(tmp_path: Path, allowed: bool) -> None:
    """Only where one of a booked meeting allows them; and no database is no reason to guess."""
    async with open_custodian(tmp_path) as room:
        await room.book(policy=replace(RECORDED, recording_allowed=allowed))
        settings = Settings(domain="meet.test", data_dir=tmp_path, site=SITE)
        found = await asyncio.to_thread(lambda: list(recorders(settings)))
        assert [finding.thing for finding in found] == (["recordings"] if allowed else [])
        away = Settings(domain="meet.test", data_dir=tmp_path / "away", site=SITE)
        assert await asyncio.to_thread(lambda: list(recorders(away))) == []
