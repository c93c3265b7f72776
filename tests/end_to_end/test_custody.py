"""Killed at any line of the chain of custody: nothing lost, nothing filed twice, and every row says the truth."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGKILL

import pytest
import pytest_asyncio

from tests.end_to_end.custody_agent import FILM, Orders, transition
from tests.ready_made import furnish
from tests.warm_fork import Warm, warm_process
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.journals.f2 import F2, Case
from xmpp_agent.model.recordings import Stage
from xmpp_agent.rules.recording.custody import TRANSITIONS, Happened

pytestmark = pytest.mark.asyncio(loop_scope="module")
S, H = Stage, Happened


@dataclass(frozen=True)
class Scene:
    """How a line of the table is brought about: what leads to its stage, and what happens then."""

    before: str
    acts: str


AGREED = "asked yes"
STARTING = f"{AGREED} record-start"
ON = f"{STARTING} on"
STOPPING = f"{ON} record-stop"
EXPECTED = f"{STOPPING} off"
LOST = f"{ON} failed"
MISSING = f"{EXPECTED} later:61"
HERE = f"{EXPECTED} vault-away film later:1 vault-back"
ENCRYPTED = f"{EXPECTED} journal-away film later:1 journal-back"
UNMAPPED = f"{AGREED} stray later:1"
REFUSED = f"{EXPECTED} journal-refuses film later:1 journal-back"
FILED = f"{EXPECTED} film later:1"
LATE = f"{FILED} later:90000"
RECEIPTED = f"{FILED} receipt later:61"
SCENES = {
    (S.REQUESTED, H.ALL_AGREED): Scene("asked", "yes"),
    (S.REQUESTED, H.SAID_NO): Scene("asked", "no"),
    (S.CONSENTED, H.SAID_NO): Scene(AGREED, "withdrawn"),
    (S.CONSENTED, H.PRESSED): Scene(AGREED, "record-start"),
    (S.STARTING, H.STARTED): Scene(STARTING, "on"),
    (S.STARTING, H.DID_NOT_START): Scene(STARTING, "failed"),
    (S.STARTING, H.STOP_PRESSED): Scene(STARTING, "record-stop"),
    (S.STARTING, H.ENDED): Scene(STARTING, "off"),
    (S.NOT_STARTED, H.STARTED): Scene(f"{STARTING} failed", "on"),
    (S.ON, H.STOP_PRESSED): Scene(ON, "record-stop"),
    (S.ON, H.ENDED): Scene(ON, "off"),
    (S.ON, H.BROKE_OFF): Scene(ON, "failed"),
    (S.RECORDER_LOST, H.STARTED): Scene(LOST, "on"),
    (S.STOPPING, H.ENDED): Scene(STOPPING, "off"),
    (S.STOPPING, H.BROKE_OFF): Scene(STOPPING, "failed"),
    (S.EXPECTED, H.NO_FILE_CAME): Scene(EXPECTED, "later:61"),
    (S.RECORDER_LOST, H.NO_FILE_CAME): Scene(LOST, "later:61"),
    (S.STOPPING, H.NO_FILE_CAME): Scene(STOPPING, "later:601"),
    (S.STARTING, H.FILE_CAME): Scene("yes starting", "film later:1"),
    (S.NOT_STARTED, H.FILE_CAME): Scene(f"{STARTING} failed", "film later:1"),
    (S.ON, H.FILE_CAME): Scene(ON, "film later:1"),
    (S.STOPPING, H.FILE_CAME): Scene(STOPPING, "film later:1"),
    (S.EXPECTED, H.FILE_CAME): Scene(EXPECTED, "film later:1"),
    (S.RECORDER_LOST, H.FILE_CAME): Scene(LOST, "film later:1"),
    (S.MISSING, H.FILE_CAME): Scene(MISSING, "film later:1"),
    (S.MISSING, H.RETRIED): Scene(MISSING, "retry"),
    (S.MISSING, H.ENDED): Scene(f"{STOPPING} later:601", "off"),
    (S.MISSING, H.DISCARDED): Scene(MISSING, "discard"),
    (S.HERE, H.FILE_CAME): Scene(f"{HERE} damaged later:31", "later:61"),
    (S.HERE, H.READ_BACK): Scene(HERE, "later:31"),
    (S.HERE, H.READ_BACK_UNMAPPED): Scene(f"{AGREED} vault-away stray later:1 vault-back", "later:31"),
    (S.HERE, H.DISCARDED): Scene(HERE, "discard"),
    (S.UNMAPPED, H.MAPPED): Scene(UNMAPPED, "map"),
    (S.UNMAPPED, H.DISCARDED): Scene(UNMAPPED, "discard"),
    (S.ENCRYPTED, H.FILED): Scene(ENCRYPTED, "later:31"),
    (S.ENCRYPTED, H.REFUSED): Scene(f"{ENCRYPTED} journal-refuses", "later:31"),
    (S.ENCRYPTED, H.DISCARDED): Scene(ENCRYPTED, "withdrawn later:31"),
    (S.FILING_REFUSED, H.RETRIED): Scene(REFUSED, "retry"),
    (S.FILING_REFUSED, H.DISCARDED): Scene(REFUSED, "withdrawn later:1"),
    (S.FILED, H.RECEIPT_CAME): Scene(f"{FILED} receipt", "later:61"),
    (S.FILED, H.NO_RECEIPT_CAME): Scene(FILED, "later:90000"),
    (S.RECEIPT_LATE, H.RECEIPT_CAME): Scene(f"{LATE} receipt", "later:3601"),
    (S.RECEIPT_LATE, H.RETRIED): Scene(LATE, "retry"),
    (S.RECEIPT_LATE, H.DISCARDED): Scene(LATE, "discard"),
    (S.RECEIPTED, H.KEPT_LONG_ENOUGH): Scene(RECEIPTED, "later:86401"),
}
SCENES_BY_NAME = {transition(*line) for line in SCENES} - {"encrypted+filed", "filed+receipt_came"}
"""But those that are one entry with a final receipt."""
WHOLE = "record-start on record-stop off noted film later:1 later:31 later:31"
"""A recording whose case staff marked to be closed, with a journal that confirms at once."""
ACTS = (
    *("consented+pressed", "starting+started", "on+stop_pressed", "stopping+ended", "note"),
    *("take-in", "expected+file_came", "read-back", "here+read_back"),
    *("note-sending", "file note", "note-filed", "file consent", "file recording"),
    *("encrypted+filed", "filed+receipt_came", "close-case", "case-closed"),
    *("remove", "receipted+kept_long_enough", "destroy", "recording-destroyed"),
)
"""What happens to it, in this order."""
AROUND = [f"{when} {act}" for act in ACTS[4:] for when in ("before", "after") if act not in SCENES_BY_NAME]
AT_THE_JOURNAL = [step for step in AROUND if "file " in step or "note-" in step or "case" in step]
KILLS = [pytest.param(line, when, id=f"{when} {transition(*line)}") for line in SCENES for when in ("before", "after")]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    """What agents are forked from."""
    with warm_process("tests.end_to_end.custody_agent") as process:
        yield process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def f2() -> AsyncIterator[tuple[F2, str]]:
    """A case system, and where it is."""
    place = F2(client_id="portner", client_secret="client-secret", user="video", password="word")
    async with running(place.app) as host:
        yield place, f"{host}/F2Rest/ServiceIndex"


@dataclass(frozen=True)
class Life:
    """One process, and how it ended."""

    steps: list[str]
    end: int
    stages: list[str]
    untrue: list[str]


async def life(warm: Warm, folder: Path, orders: Orders) -> Life:
    """Run one to its end."""
    async with warm.child(str(folder), orders.as_text()) as child:
        lines = [json.loads(line) for line in (await child.says.read()).splitlines() if line.startswith(b"{")]
        last = lines[-1] if lines else {}
        steps = [line["step"] for line in lines if "step" in line]
        return Life(steps, await child.wait(), last.get("stages", []), last.get("untrue", ["it did not tell"]))


async def test_every_line_of_the_table_has_a_scene() -> None:
    """Whoever adds one must say how it is brought about, and what a crash in the middle does."""
    assert set(SCENES) == set(TRANSITIONS)


@pytest.mark.parametrize(("line", "when"), KILLS)
async def test_killed_at(warm: Warm, tmp_path: Path, line: tuple[Stage, Happened], when: str) -> None:
    """Dead before or after the row is written; a fresh process goes on to the end, and nothing is untrue on the way."""
    await furnish(tmp_path)
    scene = SCENES[line]
    orders = Orders(scene.before, scene.acts, f"{when} {transition(*line)}")
    first = await life(warm, tmp_path, orders)
    assert (first.end, first.steps[-1:]) == (-SIGKILL, [orders.kill_at])
    second = await life(warm, tmp_path, replace(orders, kill_at="", goes_on=True))
    assert (second.end, second.untrue) == (0, [])


async def test_these_are_the_acts(warm: Warm, tmp_path: Path) -> None:
    """An undisturbed run goes through them, in this order and no others; so none is left out below."""
    await furnish(tmp_path)
    whole = await life(warm, tmp_path, Orders(AGREED, f"{WHOLE} later:86401", receipts=False))
    assert (whole.end, whole.stages) == (0, [Stage.DELETED])
    begun = [step.removeprefix("before ") for step in whole.steps if step.startswith("before ")]
    assert tuple(act for act in begun if act != "read") == ACTS


@pytest.mark.parametrize("step", AROUND)
async def test_killed_around(warm: Warm, tmp_path: Path, step: str) -> None:
    """Before and after each act on recorder, vault and journal: filed once, the case closed, ours gone in the end."""
    await furnish(tmp_path)
    await killed_and_ended(warm, tmp_path, Orders(AGREED, f"{WHOLE} later:86401", step, receipts=False))
    filed = [json.loads(path.read_text())["kind"] for path in (tmp_path / "journal").glob("*.json")]
    assert sorted(filed) == ["close-case", "consent", "note", "recording"]


@pytest.mark.parametrize("step", AT_THE_JOURNAL)
async def test_killed_around_f2(warm: Warm, tmp_path: Path, f2: tuple[F2, str], step: str) -> None:
    """A case system where each thing is posted to an address of its own: each is there once, and the film whole."""
    await furnish(tmp_path)
    place, index = f2
    place.cases[:] = [Case(60, "2026-anna")]
    await killed_and_ended(warm, tmp_path, Orders(AGREED, f"{WHOLE} later:86401", step, f2=index))
    titles = sorted(matter.title.partition(" [")[0] for matter in place.matters)
    assert titles == ["Optagelse af videomøde", "Svar på spørgsmål om optagelse", "Videomøde"]
    [document] = [document for matter in place.matters for document in matter.documents]
    assert document.file.sha256 == hashlib.sha256(FILM).hexdigest()
    assert place.cases[0].closed


async def killed_and_ended(warm: Warm, folder: Path, orders: Orders) -> None:
    """Two lives: the first one dies at its step, the second one goes on to the end."""
    first = await life(warm, folder, orders)
    assert (first.end, first.steps[-1:]) == (-SIGKILL, [orders.kill_at])
    again = "noted film"
    second = await life(warm, folder, replace(orders, acts=again, kill_at="", goes_on=True))
    assert (second.end, second.untrue, set(second.stages)) == (0, [], {Stage.DELETED})
