"""What every message to and from the console is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=500)]
Ident = Annotated[str, Field(min_length=1, max_length=200)]


class Wire(BaseModel):
    """One message, or a part of one; a field nobody knows is an error.

    What reads and writes a message is built when the first of its kind is: all sixty at once took a tenth of the time
    in which the console starts, and its first picture needs one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def build_all(kind: type[Wire] = Wire) -> None:
    """Build every kind that was loaded, and whatever will hold one at once. A server does so before it serves: FastAPI
    warns of bodies that are built later."""
    for each in kind.__subclasses__():
        each.model_config["defer_build"] = False
        _ = each.model_rebuild()
        build_all(each)
