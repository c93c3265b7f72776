"""Roles of the employer's sign-on become a unit and rights, or nothing."""

import pytest

from xmpp_agent.rules.staff_roles import Grant, RoleMap, Standing, standing

MAP = RoleMap(
    {
        "job-staff": Grant("jobcenter"),
        "ward-staff": Grant("ward7"),
        "job-boss": Grant(supervises=frozenset({"jobcenter"})),
        "all-boss": Grant("board", frozenset({"*"})),
    }
)


@pytest.mark.parametrize(
    ("roles", "enrolled_in", "what"),
    [
        ((), "", None),
        (("something-else",), "jobcenter", None),
        (("job-staff",), "", Standing("jobcenter", frozenset())),
        (("job-staff", "something-else"), "", Standing("jobcenter", frozenset())),
        (("ward-staff", "job-staff"), "", Standing("jobcenter", frozenset())),
        (("ward-staff", "job-staff"), "ward7", Standing("ward7", frozenset())),
        (("ward-staff",), "jobcenter", Standing("ward7", frozenset())),
        (("ward-staff", "job-boss"), "", Standing("ward7", frozenset({"jobcenter"}))),
        (("job-boss",), "", Standing("jobcenter", frozenset({"jobcenter"}))),
        (("all-boss", "job-boss"), "", Standing("board", frozenset({"*", "jobcenter"}))),
    ],
)
def test_roles_give_what_the_settings_say(roles: tuple[str, ...], enrolled_in: str, what: Standing | None) -> None:
    """Nothing that is not listed; the unit one is enrolled in stays as long as a role still gives it."""
    assert standing(frozenset(roles), MAP, enrolled_in) == what


def test_without_a_map_nobody_has_access() -> None:
    """An empty setting is a no."""
    assert standing(frozenset({"job-staff"}), RoleMap()) is None
