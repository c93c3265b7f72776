"""What Jibri's finalize script leaves, by the command and by the shell script alike."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edges.recordings.recorder import MEDIA, leave
from xmpp_agent.cli_recording import SCRIPT
from xmpp_agent.edges.recordings.folder import RecorderFolder
from xmpp_agent.edges.recordings.handing_over import MARK

COMMAND = (sys.executable, "-m", "xmpp_agent", "recording-done")
SHELL = ("sh", str(SCRIPT))
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=[COMMAND, SHELL], ids=["command", "shell"])
def done(request: pytest.FixtureRequest) -> Run:
    """Run the finalize script as Jibri does: one argument, an environment that knows nothing of Portner."""

    command: tuple[str, ...] = request.param

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words],
            cwd=Path(__file__).parents[3],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


async def test_the_mark_is_left_once_and_for_all(done: Run, tmp_path: Path) -> None:
    """Marked by the first call, unchanged by the second, seen by the sweeper, and nothing is said."""
    directory = leave(tmp_path)
    for _ in range(2):
        ended = done(f"{directory}/")
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    [found] = await RecorderFolder(tmp_path).look()
    assert found.handed_over
    assert found.fault is None
    assert found.media == (MEDIA,)


async def test_a_mark_is_of_what_was_there_by_then(done: Run, tmp_path: Path) -> None:
    """A second recorder's film in the same directory is handed over by its own call, not by that of the first."""
    directory = leave(tmp_path)
    assert done(directory).returncode == 0
    (directory / "second.mp4").write_bytes(b"film")
    assert not (await RecorderFolder(tmp_path).look())[0].handed_over
    assert done(directory).returncode == 0
    assert (await RecorderFolder(tmp_path).look())[0].handed_over


@pytest.mark.parametrize("given", ["", "/", ".", "..", "away", "file", "link", "link/", "link/.", "s/..", "a\nb", None])
def test_what_is_no_directory_of_its_own_is_refused(done: Run, given: str | None, tmp_path: Path) -> None:
    """Exit code 2 and one sentence that repeats nothing; a link is not followed, and nothing is left anywhere."""
    directory = leave(tmp_path / "elsewhere")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(directory)
    words = () if given is None else (f"{tmp_path}/{given}" if given.strip("/.") else given,)
    ended = done(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith("othing was handed over.\n")
    assert ended.stderr.count("\n") == 1
    assert str(tmp_path) not in ended.stderr
    assert list(tmp_path.rglob(MARK)) == []


@pytest.mark.parametrize("make", [lambda mark, out: mark.symlink_to(out), lambda mark, out: mark.mkdir()])
def test_what_lies_where_the_mark_belongs_is_left_alone(
    done: Run, make: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    """A link or directory of the mark's name is refused: nothing is made where it leads."""
    directory, outside = leave(tmp_path / "recordings"), tmp_path / "outside"
    make(directory / MARK, outside)
    assert done(directory).returncode == 2
    assert not outside.exists()


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="a full disk needs root")
def test_a_full_disk_is_said_aloud(done: Run, tmp_path: Path) -> None:
    """Exit code 1 and a sentence when there is no room for the mark's name; with room for names only, it is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=5", "tmpfs", disk], check=False)
    if mounted.returncode:
        pytest.skip("no file systems are mounted here")
    try:
        directory = leave(disk)
        (directory / "fill").symlink_to("nowhere")
        ended = done(directory)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "Nothing is lost" in ended.stderr
        (directory / "fill").unlink()
        with pytest.raises(OSError, match="No space"):
            (directory / MEDIA).write_bytes(bytes(100_000))
        assert done(directory).returncode == 0
    finally:
        subprocess.run(["umount", disk], check=True)


def test_the_command_loads_nothing_but_the_standard_library(tmp_path: Path) -> None:
    """So it ends at once: no package of anybody else's is imported."""
    code = (
        "import sys; from pathlib import Path; before = set(sys.modules)\n"
        "from xmpp_agent.cli_recording import quickly\n"
        f"quickly([{str(leave(tmp_path))!r}])\n"
        "print({m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "{'xmpp_agent'}\n"


def test_the_shell_script_is_printed_as_shipped() -> None:
    """`recording-done --script` prints it, and `--help` says so."""
    printed = subprocess.run([*COMMAND, "--script"], capture_output=True, text=True, check=True)
    assert printed.stdout == SCRIPT.read_text("utf-8")
    assert "--script" in subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
