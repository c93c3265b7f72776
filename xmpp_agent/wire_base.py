"""What every message to and from the console is made of, and how one is read and written.

By msgspec, not by pydantic as the rest of the agent's JSON: on a full house it reads a picture in half the time, and is
itself loaded in a fifth of it, which a console that opens has to wait for (docs/decisions/0012-the-wire-by-msgspec.md).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

import msgspec
from msgspec import Meta, Struct

Text = Annotated[str, Meta(max_length=500)]
Ident = Annotated[str, Meta(min_length=1, max_length=200)]


class Malformed(ValueError):  # reads as the fact it states
    """Not a message of that kind: no JSON, something missing, too long, of another type, or a field nobody knows."""


class Wire(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One message, or a part of one. None holds itself, so that garbage need not be looked for in any.

    What is read is checked; what is made here is as its types say.
    """

    @classmethod
    def read(cls, body: bytes | str) -> Self:
        """The message that this JSON is. Raises Malformed."""
        try:
            return msgspec.json.decode(body, type=cls)
        except (ValueError, RecursionError) as error:
            raise Malformed from error

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Self:
        """The message with these fields. Raises Malformed."""
        try:
            return msgspec.convert(fields, cls)
        except ValueError as error:
            raise Malformed from error

    def json(self) -> str:
        """As it is sent."""
        return msgspec.json.encode(self).decode()

    def plain(self) -> dict[str, Any]:
        """The same as dictionaries, lists and what stands in them."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made

    def but(self, **changed: object) -> Self:
        """The same with other fields. What they are is not checked."""
        return msgspec.structs.replace(self, **changed)
