"""What a person chose is kept in a small file: written whole or not at all, and never a reason not to open."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.opened import NARROW, WIDE, opened
from tui.kept import Kept, Look, NotKept, file_of, keep, read, with_look
from tui.screens.columns import ChooseColumns
from tui.settings import Settings
from tui.text.cells import Column, arranged
from tui.text.words import Words

MINE = '# my keys\nlanguage = "en"\n\n[keys] # as at home\nlet_in = "i"\n'
IDS = st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True)
SORTS = st.builds(lambda name, way: f"{way}{name}", IDS, st.sampled_from(["", "-"]))
LOOKS = st.builds(Look, st.lists(IDS, max_size=5).map(tuple), SORTS)


@given(looks=st.dictionaries(IDS, LOOKS, max_size=4))
def test_what_is_written_is_read_and_the_rest_stays(looks: dict[str, Look]) -> None:
    """Screen after screen, over and over; what the person wrote, comments too, is there letter by letter."""
    text = MINE
    for name, look in [*looks.items(), *looks.items()]:
        text = with_look(text, name, look)
    assert text.startswith(MINE)
    assert text.count("[screens.") == len(looks)


def test_a_file_of_its_owner_alone(tmp_path: Path) -> None:
    """Folder and file are made; nobody else reads them; nothing else lies about; read again it says the same."""
    path = tmp_path / "new" / "portner" / "console.toml"
    keep(path, "rooms", Look(("staff", "state"), "-longest"))
    keep(path, "queue", Look((), "who"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["console.toml"]
    assert read(path) == Kept(looks={"rooms": Look(("staff", "state"), "-longest"), "queue": Look((), "who")})


def test_settings_kept_elsewhere_stay_there(tmp_path: Path) -> None:
    """Where the file is a link, what it leads to is written, and the link stays."""
    there, path = tmp_path / "dotfiles.toml", tmp_path / "console.toml"
    there.write_text(MINE)
    path.symlink_to(there)
    keep(path, "rooms", Look(("staff",)))
    assert path.is_symlink()
    assert there.read_text().startswith(MINE)
    assert read(path).looks == {"rooms": Look(("staff",))}


HOSTILE = {
    "binary": b"\xff\xfe\x00",
    "large": b"#" * 70_000,
    "no_toml": b"language = ",
    "deep": b"x = " + b"[" * 20_000,
    "digits": b"x = " + b"9" * 5_000,
    "twice": b"[screens]\n[screens]\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_unreadable_file_is_told_and_left_alone(tmp_path: Path, name: str) -> None:
    """The console has its own settings and words for it, and does not write over what a person may want to mend."""
    path = tmp_path / "console.toml"
    path.write_bytes(HOSTILE[name])
    kept = read(path)
    assert (kept.language, kept.keys, kept.looks) == ("", {}, {})
    assert [fault.what for fault in kept.faults] == ["file.unreadable"]
    with pytest.raises(NotKept):
        keep(path, "rooms", Look(("staff",)))
    assert path.read_bytes() == HOSTILE[name]
    assert [each.name for each in tmp_path.iterdir()] == ["console.toml"]


def test_a_pipe_or_a_folder_holds_nothing_up(tmp_path: Path) -> None:
    """In the file's place; nor does a folder that cannot be made."""
    os.mkfifo(tmp_path / "pipe")
    assert [fault.what for fault in read(tmp_path / "pipe").faults] == ["file.unreadable"]
    assert [fault.what for fault in read(tmp_path).faults] == ["file.unreadable"]
    (tmp_path / "file").touch()
    assert [fault.what for fault in read(tmp_path / "file" / "console.toml").faults] == ["file.unreadable"]
    with pytest.raises(OSError, match="file"):
        keep(tmp_path / "file" / "console.toml", "rooms", Look())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('language = "dk"', "file.language"),
        ("language = 7", "file.language"),
        ("keys = 7", "file.keys"),
        ("[keys]\nlet_in = 7", "file.keys"),
        ("screens = 7", "file.screens"),
        ("[screens.rooms]\ncolumns = 7", "file.screens"),
        ('[screens.rooms]\ncolumns = ["\\u001b[2J"]', "file.screens"),
        ('[screens."[b]"]\nsort = "x"', "file.screens"),
        ('[screens.rooms]\nsort = "--x"', "file.screens"),
        ('"\\u001b[2J" = 1', "file.unknown"),
    ],
)
def test_what_says_something_else_counts_as_not_there(tmp_path: Path, text: str, what: str) -> None:
    """Each with words that bear nothing a terminal would obey."""
    path = tmp_path / "console.toml"
    path.write_text(text)
    kept = read(path)
    assert (kept.language, kept.keys, kept.looks) == ("", {}, {})
    assert [fault.what for fault in kept.faults] == [what]
    assert all(Words(Settings()).of(fault).isprintable() for fault in kept.faults)


def test_where_it_is() -> None:
    """As XDG says; a relative folder is none."""
    assert file_of({"XDG_CONFIG_HOME": "/etc/x", "HOME": "/h"}) == Path("/etc/x/portner/console.toml")
    assert file_of({"XDG_CONFIG_HOME": "x", "HOME": "/h"}) == Path("/h/.config/portner/console.toml")
    assert file_of({}) is None
    assert read(None) == Kept()


COLUMNS = (Column("a", "A", 3), Column("b", "B", 3, kept=True), Column("c", "C", 3), Column("d", "D", 3))


@given(chosen=st.lists(st.sampled_from(["a", "b", "c", "d", "z"])))
def test_columns_as_chosen_and_who_it_is_always(chosen: list[str]) -> None:
    """Each once, in the order chosen, unknown ones passed over; what says which row it is cannot be missing."""
    found = [COLUMNS[index].id for index in arranged(COLUMNS, chosen)]
    wanted = list(dict.fromkeys(each for each in chosen if each != "z"))
    assert "b" in found
    assert [each for each in found if each in wanted] == wanted
    assert set(found) <= {*wanted, "b"} if wanted else found == ["a", "b", "c", "d"]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_columns_are_chosen_moved_and_kept(tmp_path: Path, size: tuple[int, int]) -> None:
    """Space hides, arrows move, s orders, Enter keeps it: on the list, in the export, and the next time it opens."""
    file = tmp_path / "console.toml"
    async with opened(tmp_path, size=size, settings=Settings(file=file), frozen=True) as console:
        grid = console.shift.grid("rooms")
        assert "Enhed" in console.text()
        await console.pilot.press("K")
        await console.until(lambda: isinstance(console.app.screen, ChooseColumns))
        # The state cannot be hidden; the unit is, the visit goes to the front of it, and the list is ordered by it.
        keys = "down space down down space down down left left s enter"
        await console.pilot.press(*keys.split())
        await console.until(lambda: console.app.screen is console.shift)
        await console.until(lambda: "Enhed" not in console.text())
        wanted = ["alert", "state", "staff", "visit", "citizen", "waiting", "longest"]
        assert grid.chosen_columns() == wanted
        assert "sortering: besøg ↓" in console.text()
        assert grid.order[0] == "s1/r11"
        assert [column.id for column in grid.table()[0]] == wanted
        looks = {"rooms": Look(tuple(wanted), "-visit")}
        await console.until(lambda: read(file).looks == looks)
    again = Settings(looks=read(file).looks, file=file)
    async with opened(tmp_path, size=size, settings=again, frozen=True) as console:
        await console.until(lambda: console.shift.grid("rooms").order[:1] == ["s1/r11"])
        assert console.shift.grid("rooms").chosen_columns() == wanted
        await console.pilot.press("K")
        await console.until(lambda: isinstance(console.app.screen, ChooseColumns))
        await console.pilot.press("backspace")
        await console.until(lambda: "Enhed" in console.text())
        assert "sortering: behov ↓" in console.text()


async def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    """The choice holds for now."""
    (tmp_path / "file").touch()
    settings = Settings(file=tmp_path / "file" / "console.toml")
    async with opened(tmp_path, settings=settings, frozen=True) as console:
        await console.pilot.press("s")
        await console.until(lambda: "kunne ikke gemmes" in console.notices())
        assert console.shift.view.sort.column == "state"
