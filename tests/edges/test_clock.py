"""The clock: the wall's time, never backwards."""

import time

import pytest

from xmpp_agent.edges.clock import SystemClock


def test_it_is_the_time() -> None:
    """It agrees with the wall clock."""
    assert abs(SystemClock().now() - time.time()) < 1


def test_it_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall clock set back is not followed, time goes on all the same; one set forward is."""
    walls = [1000.0, 1001.0, 500.0, 501.0, 2000.0]
    monotones = [10.0, 11.0, 12.0, 13.0, 14.0]
    monkeypatch.setattr(time, "time", lambda: walls.pop(0))
    monkeypatch.setattr(time, "monotonic", lambda: monotones.pop(0))
    clock = SystemClock()

    assert [clock.now() for _ in range(5)] == [1000.0, 1001.0, 1002.0, 1003.0, 2000.0]
