"""What a row of the console's wire says may be done at a door."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from tests.tui.a_day import room
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules import admission
from xmpp_agent.wire import DoorAct
from xmpp_agent.wire_base import Malformed


@pytest.mark.parametrize("acts", ["", "write_all", "write=", "write=not_waiting", "= =write a=write write:", "writes"])
def test_what_is_not_said_to_be_possible_is_not(acts: str) -> None:
    """Also where another act's name begins alike, or what is said cannot be understood."""
    row = room("q", "Mette Holm", acts=acts)
    assert (row.allows(DoorAct.WRITE), row.why_not(DoorAct.WRITE) is None) == (False, False)


def test_every_code_can_be_said() -> None:
    """One that could not would hold up all rows: whatever the rules may answer, and every rule, is a code."""
    modules = [import_module(found.name) for found in iter_modules(admission.__path__, f"{admission.__name__}.")]
    rules = [module.RULE for module in modules if hasattr(module, "RULE")]
    assert len(rules) > 5
    assert [word for word in (*Reason, *Decision, *DoorAct, *rules) if not re.fullmatch("[a-z0-9_]+", word)] == []


def test_a_reason_is_that_of_the_act_asked() -> None:
    """And an act without one may be done."""
    row = room("q", "Mette Holm", acts="write_all=not_waiting finish end=room_not_open")
    found = {act.value: row.why_not(act) for act in (DoorAct.WRITE_ALL, DoorAct.FINISH, DoorAct.END)}
    assert found == {"write_all": "not_waiting", "finish": None, "end": "room_not_open"}


@pytest.mark.parametrize("acts", ["[@click=app.harm]x[/]", "let\nin", "let_in\n", "Let_in", "lukind\u202e", "a" * 2001])
def test_codes_are_codes_and_nothing_else(acts: str) -> None:
    """No text of anybody's comes by them."""
    with pytest.raises(Malformed):
        room("q", "Mette Holm", acts=acts)
