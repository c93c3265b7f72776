"""What every message to and from the console is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=500)]
Ident = Annotated[str, Field(min_length=1, max_length=200)]


class Wire(BaseModel):
    """One message, or a part of one; a field nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
