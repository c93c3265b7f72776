"""Numbers of a morning, made up for the console's tests."""

from xmpp_agent import wire

START = 1_795_420_800.0
NONE: tuple[None, ...] = (None,)
NO_TARGET = wire.Number(name="longest_wait")


def series(step: float, count: int, start: float = START) -> wire.Series:
    """Something that goes up and down, with a gap at the beginning."""
    heights = [(each * 7) % 11 for each in range(count - 1)]
    return wire.Series(
        start=start,
        step=step,
        waiting=(*NONE, *heights),
        service_level=(*NONE, *(100.0 - 5 * each for each in heights)),
        answer_p50=(*NONE, *(20.0 * each for each in heights)),
        answer_p90=(*NONE, *(60.0 * each for each in heights)),
        rooms_live=(*NONE, *(100 + each for each in heights)),
        accepted=(0,) * count,
        abandoned=(0,) * count,
    )


def a_days_numbers(now: float) -> dict[str, wire.UnitNumbers]:
    """Those of the units of `a_day`, and of both together: there the strictest target holds."""
    ten = {"since": now - 12.4 * 60, "amber": 420.0, "red": 600.0, "light": "red"}
    unhurried = {"since": now - 36.0, "light": "green"}
    nord, syd = numbers("Jobcenter Nord", now, longest_wait=ten), numbers("Psykiatri Syd", now, longest_wait=unhurried)
    return {"": numbers("", now, longest_wait=ten), nord.unit: nord, syd.unit: syd}


def numbers(unit: str = "", now: float = START + 3600.0, **more: object) -> wire.UnitNumbers:
    """The numbers of a unit; `more` replaces single ones (a dict of fields each)."""
    base: dict[str, dict[str, object]] = {
        "service_level": {"value": 76.4, "amber": 80.0, "red": 70.0, "light": "amber"},
        "waiting": {"value": 12.0, "amber": 7.0, "red": 10.0, "light": "red"},
        "longest_wait": {"since": now - 754.0, "amber": 630.0, "red": 900.0, "light": "amber"},
        "answer_p50": {"value": 94.0},
        "answer_p90": {"value": 305.0, "amber": 630.0, "red": 900.0, "light": "green"},
        "delayed": {"value": 3.0, "amber": 3.5, "red": 5.0, "light": "green"},
        "alerts": {"value": 0.0, "amber": 3.5, "red": 5.0, "light": "green"},
        "rooms_live": {"value": 108.0},
    }
    told = {name: {**fields, **more.get(name, {})} for name, fields in base.items()}  # type: ignore[dict-item]  # given so
    return wire.UnitNumbers.of(
        {
            "unit": unit,
            "answer_within": 300.0,
            "window": 3600.0,
            "numbers": [{"name": name, **fields} for name, fields in told.items()],
            "hour": series(300.0, 12),
            "day": series(3600.0, 24, START - 20 * 3600),
        }
    )
