"""Access tokens of a stand-in: they end, and can be taken back."""

import secrets
import time
from typing import Annotated

from fastapi import Header, HTTPException, Response
from fastapi.responses import JSONResponse


class Tokens:
    """What was given out."""

    def __init__(self) -> None:
        self.lives = 300.0
        """Seconds a new one is good for."""
        self.says: float | None = None
        """Seconds it claims to be good for, when that is something else."""
        self.given = 0
        self._until: dict[str, float] = {}

    def give(self) -> Response:
        """A new token, as RFC 6749 §5.1 has it."""
        token = secrets.token_urlsafe(24)
        self._until[token] = time.monotonic() + self.lives
        self.given += 1
        lives = self.lives if self.says is None else self.says
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": lives})

    def revoke(self) -> None:
        """None is good any more."""
        self._until.clear()

    def check(self, authorization: Annotated[str, Header()] = "") -> None:
        """For `Depends`: 401 without a good one."""
        token = authorization.removeprefix("Bearer ")
        if time.monotonic() >= self._until.get(token, 0.0):
            raise HTTPException(401, {"Message": "The access token is missing or has expired."})
