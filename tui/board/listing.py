"""One ordered, filtered look at rows that have keys. A change costs only the row that changed."""

from bisect import insort
from collections.abc import Callable, Collection, Mapping
from typing import Final, Generic

from tui.board.filtering import Facts, understood
from tui.board.sorting import By, Place, Row, Sort, place, worded

_FEW: Final = 200
"""Rows that may be put where they belong one by one; from then on sorting all of them is quicker."""
_NOBODY: Final = "\uffff"


def next_in_need(order: list[str], needy: Collection[str], after: str | None) -> str | None:
    """The first after `after` in `order` (round the end) that needs somebody; None when there is none."""
    start = order.index(after) + 1 if after in order else 0
    return next((key for key in order[start:] + order[:start] if key in needy), None)


class Listing(Generic[Row]):
    """`columns`: by id, those that can order rows. Rows that are alike there stand by `staff`, then by key. `hay` is
    what the words of a filter are looked for in, in lower case; `facts` what its fields look at."""

    def __init__(
        self,
        columns: Mapping[str, By[Row]],
        sort: Sort,
        *,
        staff: Callable[[Row], str],
        hay: Callable[[Row], str],
        facts: Callable[[Row], Facts] | None = None,
    ) -> None:
        self.columns = columns
        self.sort = sort
        self.filter_text = ""
        self.order: list[str] = []
        self.held = False
        """Whether rows stand where they stood although they may belong elsewhere."""
        self._staff, self._hay, self._facts = staff, hay, facts or (lambda row: Facts())
        self._filter, self._looked_at = understood(""), 0
        self._places: dict[str, Place] = {}

    def choose(self, rows: Mapping[str, Row], *, sort: Sort, filter_text: str, now: float) -> None:
        """Another order or filter: everything is placed anew. An order there is none of changes nothing."""
        self.sort = sort if sort.column in self.columns else self.sort
        self.filter_text, self._filter = filter_text, understood(filter_text)
        self._places.clear()
        self.order = []
        self.update(rows, rows.keys(), hold=False, now=now)

    def update(self, rows: Mapping[str, Row], touched: Collection[str], *, hold: bool, now: float) -> None:
        """Take in the rows touched, and once a second all of them when the filter asks for lengths of time.

        With `hold` nothing moves: gone rows go, new ones come last. `now`: the agent's clock.
        """
        if self._filter.is_timed and int(now) != self._looked_at:
            self._looked_at, touched = int(now), {*touched, *rows}
        if not touched and (hold or not self.held):
            return
        moved = {key for key in touched if self._moves(key, rows.get(key), now)}
        was_held, self.held = self.held, hold
        if hold:
            self.order = self._in_place()
        elif was_held or len(moved) > _FEW:
            self.order = sorted(self._places, key=self._places.__getitem__)
        elif moved:
            self.order = self._put_where_they_belong(moved)

    def _moves(self, key: str, row: Row | None, now: float) -> bool:
        """Place one row anew; whether it stands, or belongs, somewhere else than before."""
        before = self._places.get(key)
        if row is None or not self._lets(row, now):
            self._places.pop(key, None)
            return before is not None
        here = self._places[key] = self._place(key, row)
        return here != before

    def _lets(self, row: Row, now: float) -> bool:
        """Whether the filter lets it through; without one nobody reads what it says."""
        return not self._filter.tests or self._filter.lets(self._hay(row), self._facts(row), now)

    def _in_place(self) -> list[str]:
        kept = [key for key in self.order if key in self._places]
        shown = set(kept)
        fresh = [key for key in self._places if key not in shown]
        return kept + sorted(fresh, key=self._places.__getitem__)

    def _put_where_they_belong(self, moved: Collection[str]) -> list[str]:
        """The order when all but a few rows stand where they stood: sorting thousands anew takes milliseconds."""
        order = [key for key in self.order if key not in moved]
        for key in moved:
            if key in self._places:
                insort(order, key, key=self._places.__getitem__)
        return order

    def _place(self, key: str, row: Row) -> Place:
        value = self.columns[self.sort.column].value(row)
        return place(value, self.sort.falling, worded(self._staff(row)) or _NOBODY, key)
