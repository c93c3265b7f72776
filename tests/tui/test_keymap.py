"""Keys of one's own: what is refused, what help and footer say, and the whole map as text."""

import tomllib
from pathlib import Path

import pytest

from tests.tui.a_day import person, room
from tests.tui.opened import WIDE, opened
from tui.keymap import as_text, checked
from tui.keys import KEYS, KeyNames, keys_of, named
from tui.settings import Settings
from tui.starting import chosen, places, print_keys
from tui.text.words import Words


def test_the_keys_it_comes_with_are_in_order() -> None:
    """No key means two things on any screen or in any dialog."""
    assert checked({}, places()) == []


@pytest.mark.parametrize(
    ("keys", "faults"),
    [
        ({"let_on": "a"}, ["keys.unknown"]),
        ({"let_in": ""}, []),
        ({"let_in": "ctrl+"}, ["keys.no_key"]),
        ({"let_in": "a,,"}, ["keys.no_key"]),
        ({"let_in": "shift+a"}, ["keys.no_key"]),
        ({"let_in": "\x1b"}, ["keys.no_key"]),
        ({"let_in": "nosuchkey"}, ["keys.no_key"]),
        ({"let_in": "d"}, ["keys.twice"]),
        ({"let_in": "d", "turn_away": "a"}, []),
        ({"let_in": "j"}, ["keys.twice"]),
        ({"let_in": "?"}, ["keys.twice"]),
        ({"retry": "a"}, []),
        ({"quit": "Q"}, ["keys.quit"]),
        ({"quit": "Q,ctrl+q"}, []),
        ({"light": "ctrl+q"}, ["keys.twice"]),
        ({"filter": "/", "let_in": "i,f5,ctrl+k"}, []),
    ],
)
def test_what_can_be_chosen(keys: dict[str, str], faults: list[str]) -> None:
    """Unknown names, no keys, one key for two things on one screen, no way out: refused; trading places is not."""
    assert sorted({fault.what for fault in checked(keys, places())}) == faults
    assert all(Words(Settings()).of(fault).isprintable() for fault in checked(keys, places()))


def test_the_whole_map_is_the_files_own_text() -> None:
    """Read as a file it is the same map, with nothing left out and nothing refused."""
    others = {"let_in": "i,f5", "filter": "comma", "help": '"'}
    for words in (Words(Settings()), Words(Settings(lang="en"))):
        read = tomllib.loads(as_text(others, words))["keys"]
        assert set(read) == set(KEYS)
        assert checked(read, places()) == []
        assert keys_of("let_in", read) == ["i", "f5"]
        assert (read["earlier"], read["filter"], read["help"]) == ("[", "comma", "quotation_mark")


def test_keys_as_people_know_them() -> None:
    """In texts as in the footer's line."""
    assert [named(key) for key in ("a", "W", "slash", "/", "escape", "ctrl+p", "f5", "right_square_bracket", "+")] == [
        "a", "W", "/", "/", "Esc", "Ctrl+P", "F5", "]", "+",
    ]  # fmt: skip
    assert KeyNames({"yes": "j"})["yes"] == "j"
    assert (KeyNames({}).of_screens(), KeyNames({"rooms": "f2"}).of_screens()[:4]) == ("1-9", "F2 2")


async def test_keys_of_ones_own_everywhere(tmp_path: Path) -> None:
    """The key works and the old one does not; footer, help, panel and screens' keys say the new one."""
    keys = {"let_in": "i", "back": "f12", "rooms": "f2", "help": "H"}
    rows = [room("q", "M", waiting=(person("k", "A. H.", 1),))]
    async with opened(tmp_path, rows, size=WIDE, settings=Settings(keys=keys)) as console:
        await console.until(lambda: " i Luk ind " in console.text())
        assert "F2 2 3" in console.text()
        await console.pilot.press("a")
        assert console.agent.asked == []
        await console.pilot.press("H")
        await console.until(lambda: "F12 lukker" in console.text())
        assert "  i          Luk ind" in console.text()
        await console.pilot.press("f12")
        await console.until(lambda: console.app.screen is console.shift)
        await console.pilot.press("slash", "x", "y")
        await console.until(lambda: "(F12 fjerner det)" in console.text())
        await console.pilot.press("f12", "home", "i")
        await console.until(lambda: console.agent.asked)


async def test_a_map_with_a_fault_is_not_used_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The console opens with its own keys; why is on the screen, and with --keys on standard error."""
    file = tmp_path / "portner" / "console.toml"
    file.parent.mkdir()
    file.write_text('language = "en"\n[keys]\nlet_in = "d"\nwrite = "i"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PORTNER_LANG", raising=False)
    assert print_keys() == 1
    out, err = capsys.readouterr()
    assert "d would mean both let_in and turn_away on one screen" in err
    assert 'write = "w"' in out
    settings, faults = chosen({"XDG_CONFIG_HOME": str(tmp_path)})
    assert (settings.lang, settings.keys, settings.file) == ("en", {}, file)
    async with opened(tmp_path, settings=settings, faults=faults, frozen=True) as console:
        await console.until(lambda: "None of the keys in the settings is used" in console.notices())


def test_the_language_of_the_person(tmp_path: Path) -> None:
    """PORTNER_LANG, else the file, else the first of LC_ALL, LC_MESSAGES and LANG that says anything, else Danish."""
    english = tmp_path / "en" / "portner" / "console.toml"
    english.parent.mkdir(parents=True)
    english.write_text('language = "en"')
    for env, lang in (
        ({}, "da"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "da_DK.UTF-8"}, "da"),
        ({"LANG": "de_DE.UTF-8"}, "da"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, "da"),
        ({"LANG": "da_DK.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "da_DK", "XDG_CONFIG_HOME": str(tmp_path / "en")}, "en"),
        ({"PORTNER_LANG": "da", "XDG_CONFIG_HOME": str(tmp_path / "en")}, "da"),
    ):
        assert chosen(env)[0].lang == lang, env
