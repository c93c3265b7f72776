"""The README is true: what it points at exists, and no rule of admission is missing from its table."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
TABLE = README.partition("## Where is…")[2].partition("\n## ")[0]
PLACES = re.findall(r"`([\w./-]+)`", TABLE)
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def test_the_table_is_long_enough_to_be_of_use() -> None:
    """It answers at least twenty questions, each a row with a place."""
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) >= 20


@pytest.mark.parametrize("place", sorted({*PLACES, *LINKS}))
def test_every_place_named_exists(place: str) -> None:
    """Paths of the table and local links of the page lead somewhere."""
    assert (ROOT / place).exists()


def test_every_rule_of_admission_is_in_the_table() -> None:
    """A newcomer finds each rule file in the table."""
    rules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "xmpp_agent/rules/admission").glob("*.py")}
    assert rules - {"xmpp_agent/rules/admission/__init__.py"} <= set(PLACES)


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, re.MULTILINE))
def test_the_commands_exist(target: str) -> None:
    """`make` knows what the page tells people to type."""
    made = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


@pytest.mark.parametrize("command", re.findall(r"^portner ([\w-]+)", README, re.MULTILINE))
def test_the_command_line_knows_what_is_shown(command: str) -> None:
    """`portner … --help` answers for each command on the page."""
    cli = "".join(path.read_text("utf-8") for path in (ROOT / "xmpp_agent").glob("cli*.py"))
    assert re.search(rf'"{command}"|def {command.replace("-", "_")}\(', cli)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_the_docs_point_at_exists(page: Path) -> None:
    """Paths in backticks that begin with a folder of the project, and local links, lead somewhere."""
    text = page.read_text("utf-8")
    named = re.findall(r"`((?:xmpp_agent|tui|lua_shims|tests|docs|scripts)/[\w./-]*)`", text)
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert [name for name in linked if not (page.parent / name).exists()] == []
