"""Lets any stand-in misbehave: what its script says happens to its next requests, whatever they ask for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xmpp_agent.demo.gateways.script import Script, keeps_the_letter, perform

ELSEWHERE = "/elsewhere"
"""Where `Trick.REDIRECT` points at."""


class Tricky:
    """Around a stand-in. Of the tricks with a receipt (DROP, LATE) it knows nothing."""

    def __init__(self, app: ASGIApp, script: Script) -> None:
        self._app, self._script = app, script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == ELSEWHERE:
            self._script.followed += 1
        trick = self._script.take()
        if trick is None:
            await self._app(scope, receive, send)
            return
        if keeps_the_letter(trick):
            await self._app(scope, receive, _nowhere)
        await (await perform(trick))(scope, receive, send)


async def _nowhere(_message: Message) -> None:
    """The answer that is lost."""
