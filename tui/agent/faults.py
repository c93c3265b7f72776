"""Why there is no answer of the agent: it said no, nothing came that can be read, or nobody is signed in."""

from xmpp_agent import wire


class Refused(Exception):
    """The agent said no; `problem` holds its words."""

    def __init__(self, problem: wire.Problem) -> None:
        super().__init__(f"refused with status {problem.status}")
        self.problem = problem


class Unanswered(Exception):
    """No answer that can be read. An act may or may not have been carried out."""


class NotSignedIn(Exception):
    """Nobody is signed in. `why` is a key of the texts `lost.…`; nothing the provider said is repeated."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
