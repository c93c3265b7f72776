"""From the table of settings to a journal, or a sentence that says what is wrong with it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.edges.journal.papers_here import Memory
from xmpp_agent.edges.journal.f2 import F2
from xmpp_agent.edges.journal.folder import Folder
from xmpp_agent.edges.journal.nova import Nova
from xmpp_agent.edges.journal.s3 import S3
from xmpp_agent.edges.journal.sbsys import Sbsys
from xmpp_agent.edges.journal.webhook import Webhook
from xmpp_agent.settings import SettingsFault
from xmpp_agent.wiring.journal import journal

ROOT = Path(__file__).resolve().parents[3]
KINDS: Mapping[str, type] = {
    "folder": Folder,
    "s3": S3,
    "webhook": Webhook,
    "f2": F2,
    "nova": Nova,
    "sbsys": Sbsys,
}


def tables() -> list[dict[str, object]]:
    """Every example of the documentation."""
    text = (ROOT / "docs" / "journal.md").read_text("utf-8")
    blocks = [block.split("```")[0] for block in text.split("```toml")[1:]]
    return [tomllib.loads(block)["site"]["journal"] for block in blocks]


@pytest.mark.parametrize("table", tables(), ids=lambda table: str(table.get("adapter")))
async def test_the_examples_of_the_documentation_are_settings(table: dict[str, object], tmp_path: Path) -> None:
    """Each makes its journal; every adapter has one."""
    kept: list[httpx.AsyncClient] = []
    for key in [key for key in table if key.endswith("_file")]:
        path = tmp_path / key
        path.touch(0o600)
        path.write_text("hush\n")
        table = {**table, key: str(path)}
    table = {key: value for key, value in table.items() if key != "authorities"}
    made = journal(table, Memory(), kept.append)
    assert type(made) is KINDS[str(table["adapter"])]
    assert "hush" not in repr(made)
    for http in kept:
        await http.aclose()


def test_every_adapter_has_an_example() -> None:
    """In the documentation."""
    assert {str(table["adapter"]) for table in tables()} == set(KINDS)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"adapter": "acadre"}, "adapter must be"),
        ({"adapter": "folder"}, "path"),
        ({"adapter": "folder", "path": "/x", "pfad": "/y"}, "pfad: there is no such setting"),
        ({"adapter": "webhook", "url": "http://journal.example", "secret": "hush"}, "https://"),
        (
            {"adapter": "webhook", "url": "https://journal.example", "secret": "hush", "authorities": "/none"},
            "authorities",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence(table: dict[str, object], says: str) -> None:
    """Which names the setting and repeats no secret."""
    with pytest.raises(SettingsFault) as caught:
        journal(table, Memory(), lambda _: None)
    assert says in str(caught.value)
    assert "site.journal" in str(caught.value)
    assert "hush" not in str(caught.value)
