"""Rules of the house that no linter knows. Part of `make check`."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 35
WRITTEN = {".py", ".lua", ".js", ".tcss", ".j2", ".html", ".sh"}
_MACHINE_PATH = re.compile(r"(?<![\w.@:])/(?:root|home|work|Users)/[\w.]")
_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#?\s*\S)")
_LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_CLOCK_WAIT = re.compile(r"\btime\.sleep\(")
_ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|file:/")


def _tracked() -> tuple[Path, ...]:
    """Every file of the project as git knows it, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = (name for name in listed.stdout.decode().split("\0") if name)
    return tuple(sorted({ROOT / name for name in names if (ROOT / name).is_file()}))


def _text(*, suffixes: set[str] | None = None) -> Iterator[tuple[str, str]]:
    for path in _tracked():
        if suffixes is not None and path.suffix not in suffixes:
            continue
        try:
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_is_longer_than_can_be_read_at_one_sitting() -> None:
    """Source files have at most 400 lines."""
    lengths = {name: text.count("\n") for name, text in _text(suffixes=WRITTEN)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """Functions of the product have at most 35 lines, those nested in them not counted."""
    long = {}
    for name, text in _text(suffixes={".py"}):
        if name.startswith("tests/") or "/migrations/" in name:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1 - _nested(node)
                if lines > LONGEST_FUNCTION:
                    long[f"{name}:{node.name}"] = lines
    assert long == {}


def _nested(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = (node for node in function.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in inner)


@pytest.mark.parametrize(
    ("what", "pattern", "suffixes"),
    [
        ("a path of somebody's machine", _MACHINE_PATH, None),
        ("a type: ignore without code and reason", _IGNORE, {".py"}),
        ("something left for later", _LEFT_OVER, WRITTEN),
        ("a wait by the clock", _CLOCK_WAIT, {".py"}),
    ],
)
def test_nothing_is_committed_that_holds(what: str, pattern: re.Pattern[str], suffixes: set[str] | None) -> None:
    """No committed file holds it."""
    own = str(Path(__file__).resolve().relative_to(ROOT))
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in _text(suffixes=suffixes)
        if name != own
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], what


def test_the_lock_says_what_but_not_where_from() -> None:
    """Every requirement of the lock has hashes; no download address stands in it."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert [line for line in lock.splitlines() if _ADDRESS.search(line)] == []
    pins = re.split(r"\n(?=[a-z0-9])", lock)[1:]
    assert len(pins) > 50
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_lua_asks_and_obeys_but_has_no_rules() -> None:
    """The code of the shims knows nothing of appointments, policies or identities; comments and texts may."""
    policy = re.compile(r"appointment|polic(?:y|ies)|mitid|\bcpr\b", re.IGNORECASE)
    not_code = re.compile(r"--.*|\"[^\"]*\"")
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in _text(suffixes={".lua"})
        if name.startswith("lua_shims/")
        for number, line in enumerate(text.splitlines(), 1)
        if policy.search(not_code.sub("", line))
    ]
    assert found == []
