"""When the console itself breaks, and what it refuses to start with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typing_extensions import override

from tests.tui.opened import NARROW
from tui import crash
from tui.app import PortnerApp
from tui.settings import Settings
from tui.starting import refuse_to_keep, run
from tui.text.words import Words

SECRET = "Anna Hansen 0101701234"


class _Breaks(PortnerApp):
    @override
    def action_light(self) -> None:
        """Break with personal data in local variables, in the exception's text, and in that of its cause."""
        name = SECRET
        try:
            int(name)
        except ValueError as error:
            raise RuntimeError(f"could not draw {name}") from error


async def test_a_crash_prints_where_and_not_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report names exceptions, files and lines and an id; no locals, no exception texts."""
    app = _Breaks(tmp_path / "s")
    with pytest.raises(RuntimeError):
        async with app.run_test(size=NARROW) as pilot:
            await pilot.press("ctrl+t")

    printed = "".join(capsys.readouterr())
    app._print_error_renderables()
    printed += "".join(capsys.readouterr())

    assert "Konsollen gik i stå" in printed
    assert "test_crash.py" in printed
    assert "ValueError" in printed
    assert "Anna" not in printed
    assert "0101701234" not in printed
    assert app.return_code == 1


def test_the_report_follows_causes_once() -> None:
    """A circle of causes ends; each exception is named once."""
    first, second = RuntimeError(SECRET), KeyError(SECRET)
    first.__cause__, second.__cause__ = second, first

    lines = crash.report(first, Words(Settings(lang="en")))

    assert [line.strip() for line in lines[1:]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert SECRET not in "\n".join(lines)


@pytest.mark.parametrize("name", ["TEXTUAL_SCREENSHOT", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL"])
def test_settings_that_would_keep_the_screen_are_refused(name: str) -> None:
    """Textual can write the screen to disk or send it to a console; with that asked for, this one does not start."""
    with pytest.raises(SystemExit, match=name):
        refuse_to_keep({name: "1"}, Words(Settings()))
    refuse_to_keep({}, Words(Settings()))


def test_run_checks_before_it_draws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`run` says what is wrong with its settings before it touches the terminal."""
    monkeypatch.setenv("PORTNER_LANG", "xx")
    with pytest.raises(SystemExit, match="PORTNER_LANG"):
        run(tmp_path / "s")
    monkeypatch.setenv("PORTNER_LANG", "da")
    monkeypatch.setenv("TEXTUAL_LOG", "x")
    with pytest.raises(SystemExit, match="TEXTUAL_LOG"):
        run(tmp_path / "s")


def test_the_pure_parts_need_no_textual_and_no_agent() -> None:
    """Board, text and stream load without Textual, and nothing of the agent but its wire and the parts of it."""
    code = (
        "import sys, tui.board.watch, tui.board.query, tui.text.plain, tui.text.events, tui.agent.stream, tui.plain;"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('textual', 'xmpp_agent')))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=60)

    loaded = out.stdout.strip(" []\n").replace("'", "").split(", ")
    assert [name for name in loaded if name != "xmpp_agent" and not name.startswith("xmpp_agent.wire")] == []
