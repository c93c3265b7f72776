"""What the screen looks like, character by character, in a few poses. `tests/tui/draw.py` draws them anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.draw import PICTURES, POSES, README_PICTURE, drawn, in_copenhagen


@pytest.fixture(autouse=True)
def _copenhagen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import time

    monkeypatch.setenv("TZ", "Europe/Copenhagen")
    in_copenhagen()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", POSES)
async def test_the_screen_looks_as_agreed(tmp_path: Path, name: str) -> None:
    """Each pose is drawn exactly as kept; a wanted change is drawn anew and reviewed."""
    text, _svg = await drawn(tmp_path, POSES[name])

    assert text == (PICTURES / f"{name}.txt").read_text(encoding="utf-8")


def test_the_readme_shows_this_screen() -> None:
    """The picture in the README holds the words of its pose."""
    svg = README_PICTURE.read_text(encoding="utf-8").replace("&#160;", " ")

    for words in ("Mette Holm", "kræver dig", "Ikke den inviterede", "LIVE"):
        assert words in svg
    assert "url(http" not in svg
