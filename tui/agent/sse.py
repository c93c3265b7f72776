"""Server-sent events out of bytes, by the WHATWG rules (HTML standard, 9.2.6).

Own parser, because comment lines matter here (they are the agent's sign of life) and the common libraries swallow
them; and because lines must end at CR and LF only: a name with U+2028 in it must not end a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_EVENT = 1_000_000
"""Bytes of one unfinished event; a room with 500 people waiting is about a fifth of it."""


class TooLong(Exception):
    """The other side sends an event without end."""


@dataclass(frozen=True, slots=True)
class Said:
    """One event; or a sign of life when `name` is empty. `id` is that event's own (not one carried over)."""

    name: str = ""
    id: str = ""
    data: str = ""


@dataclass(slots=True)
class Parser:
    """Feed it bytes as they come; it answers the events that are complete."""

    _left: bytes = b""
    _size: int = 0
    _after_cr: bool = False
    _name: str = ""
    _id: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[Said]:
        """Events and signs of life completed by `chunk`. Raises TooLong, UnicodeDecodeError."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") if chunk else self._after_cr
        *lines, self._left = (self._left + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._size += len(line)
            said = self._line(line.decode())
            if said is not None:
                yield said
        if self._size + len(self._left) > LONGEST_EVENT:
            raise TooLong

    def _line(self, line: str) -> Said | None:
        if not line:
            return self._end()
        if line.startswith(":"):
            self._size = 0 if not self._data else self._size
            return Said()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._name = value
            case "id" if "\0" not in value:
                self._id = value
            case "data":
                self._data.append(value)
            case _:
                pass
        return None

    def _end(self) -> Said | None:
        said = Said(self._name or "message", self._id, "\n".join(self._data)) if self._data else None
        self._name = self._id = ""
        self._data = []
        self._size = 0
        return said
