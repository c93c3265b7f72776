"""The whole walk behind the bridge to NemLog-in, by people with a browser without a screen, and what the logs tell.

Presets differ in the login alone: tests/edges/oidc/test_brokers.py goes through the login of each. This one is the most
different; test_walk.py walks behind another in Chromium.
"""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.street import DEBUG, LOGS, leaked, logs_of, on_the_way, secrets_of
from tests.leaks import leaks, phone, text
from xmpp_agent.demo.diary import Diary
from xmpp_agent.demo.town import Plan, open_town
from xmpp_agent.demo.walk import NUMBER, walk

pytestmark = [pytest.mark.prosody, pytest.mark.timeout(400)]


@contextmanager
def logged(path: Path) -> Iterator[Path]:
    """What libraries of this process log, at the level the demo has for them, in a file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    try:
        yield path
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


async def test_the_walk_goes_as_expected_and_no_log_tells_of_it(tmp_path: Path) -> None:
    """Every expected thing happens, nothing else; at debug level no log has person, number, code, pass or key."""
    said: list[str] = []
    diary = Diary(said.append)
    with logged(tmp_path / "demo.log") as own:
        async with open_town(tmp_path / "town", Plan(preset="nemlogin-bridge", settings=DEBUG)) as town:
            async with walk(town, diary) as way:
                await way.play()
                stage = way.stage
            report = await town.premises.audit()
            notes = [note.text for booked in town.calendar.booked for note in await town.premises.notes_of(booked)]
    assert diary.unexpected == []
    assert report.broken is None
    assert len(notes) == 3
    assert any("SMS handed over" in line for line in said)

    cookies = {value for browser in stage.browsers for value in browser.kept}
    met = on_the_way(stage.links, stage.tokens, cookies)
    assert len(met) > 20
    assert leaked(town, phone(NUMBER), *(text("note", note) for note in notes), *met) == []
    assert leaks(secrets_of(town, *met), {"demo.log": own}) == []
    await asyncio.to_thread(_is_wordy, logs_of(town))


def _is_wordy(logs: dict[str, Path]) -> None:
    """There was something to look at: the agent at debug level, libraries and all, and Prosody's sessions."""
    lines = [json.loads(line) for line in logs["agent.log"].read_text("utf-8").splitlines()]
    heard = {str(line["event"]).partition(".")[0].removesuffix(" logged") for line in lines}
    assert "debug" in {line["level"] for line in lines}
    assert {"httpx", "httpcore", "slixmpp", "aiosqlite"} <= heard, heard
    assert "authenticated" in logs["prosody.log"].read_text("utf-8").lower()
    assert set(LOGS) == set(logs)
