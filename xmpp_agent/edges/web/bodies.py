"""Reading a request's body, bounded in length and time, before anything else looks at the request."""

import asyncio

from starlette.types import Message, Receive


class BodyTooLong(Exception):  # reads as the fact it states
    """More than the reader takes."""


class Gone(Exception):  # reads as the fact it states
    """Whoever asked hung up before the request was complete: nothing is done."""


async def read_body(receive: Receive, longest: int, within: float) -> bytes:
    """The whole body: at most `longest` bytes, there after `within` seconds.

    Raises BodyTooLong, TimeoutError, Gone.
    """
    body, more = b"", True
    async with asyncio.timeout(within):
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body += message.get("body", b"")
            if len(body) > longest:
                raise BodyTooLong
            more = message.get("more_body", False)
    return body


def read_again(body: bytes, receive: Receive) -> Receive:
    """The body read already as the first message; then whatever comes (the end of the connection)."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed
