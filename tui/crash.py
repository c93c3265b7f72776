"""What is printed when the console itself breaks: where, and nothing of what it held.

Textual prints the local variables of every frame, and exception texts may quote what could not be read; both may hold
names. Here stand only the kinds of the exceptions, file names, lines, and an id to find the report by.
"""

import traceback
import uuid
from pathlib import PurePath

from tui.text.words import Words


def report(error: BaseException, words: Words) -> list[str]:
    """Lines for the terminal; safe to send to whoever maintains this."""
    lines = [words.say("crash.head", id=uuid.uuid4().hex[:8])]
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        lines.append(f"  {type(link).__module__}.{type(link).__qualname__}")
        lines += [
            f"    {PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(link.__traceback__)
        ]
        link = link.__cause__ or link.__context__
    return lines
