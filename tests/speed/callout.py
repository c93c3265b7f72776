"""What Portner is compared with: an HTTP endpoint that Prosody asks before each join, as Jitsi's reservations do.

It knows nothing and writes nothing: each join costs the call and no more. Run: `python -m tests.speed.callout PORT`.
"""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


class Request(BaseModel):
    """Who wants in where."""

    room: str
    jid: str
    nick: str


class Reservation(BaseModel):
    """Shaped after the answer of a Jitsi reservation system."""

    name: str
    allowed: bool
    duration: int


@app.post("/conference")
async def conference(request: Request) -> Reservation:
    """Everybody may."""
    return Reservation(name=request.room, allowed=True, duration=3600)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", access_log=False, log_level="error")
