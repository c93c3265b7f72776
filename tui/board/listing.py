"""One ordered, filtered look at rows that have keys. A change costs only the row that changed."""

from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

Row = TypeVar("Row")
Order = TypeVar("Order")
Place = tuple[float, float, str, str]


def matcher(filter_text: str) -> Callable[[str], bool]:
    """Every word must occur; a word with `!` before it must not. Case does not matter."""
    words = filter_text.casefold().split()
    wanted = [word for word in words if not word.startswith("!")]
    unwanted = [word[1:] for word in words if word.startswith("!") and len(word) > 1]
    return lambda hay: all(word in hay for word in wanted) and not any(word in hay for word in unwanted)


class Listing(Generic[Row, Order]):
    """`place` says where a row stands in an order; it must depend on the row alone, never on the time. `hay` is what
    a filter looks at, in lower case."""

    def __init__(
        self, place: Callable[[Row, Order], Place], hay: Callable[[Row], str], sort: Order, filter_text: str = ""
    ) -> None:
        self.sort = sort
        self.filter_text = filter_text
        self.order: list[str] = []
        self.held = False
        """Whether rows stand where they stood although they may belong elsewhere."""
        self._place, self._hay = place, hay
        self._places: dict[str, Place] = {}

    def choose(self, rows: Mapping[str, Row], *, sort: Order, filter_text: str) -> None:
        """Another order or filter: everything is placed anew."""
        self.sort = sort
        self.filter_text = filter_text
        self._places.clear()
        self.order = []
        self.update(rows, rows.keys(), hold=False)

    def update(self, rows: Mapping[str, Row], touched: Collection[str], *, hold: bool) -> None:
        """Take in the rows touched. With `hold` nothing moves: gone rows go, new ones come last."""
        if not touched and (hold or not self.held):
            return
        wanted = matcher(self.filter_text)
        for key in touched:
            row = rows.get(key)
            if row is None or not wanted(self._hay(row)):
                self._places.pop(key, None)
            else:
                self._places[key] = self._place(row, self.sort)
        kept = [key for key in self.order if key in self._places]
        if len(kept) < len(self._places):
            shown = set(kept)
            fresh = [key for key in self._places if key not in shown]
            kept += sorted(fresh, key=self._places.__getitem__)
        self.held = hold
        self.order = kept if hold else sorted(kept, key=self._places.__getitem__)
