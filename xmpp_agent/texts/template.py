"""Reads one text template. A unit's own may print facts and choose by them, and nothing else: it cannot loop or call.

Jinja's sandbox keeps a template from the host; this list keeps it from being anything but a text.
"""

from functools import lru_cache
from typing import TypeAlias

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

NAMES = frozenset(
    {"who", "authority", "unit", "phone", "url", "date", "long_date", "time", "minutes", "companion", "identity"}
)
"""What a text may speak of; `render` says what each is."""
LONGEST = 4000
"""Characters of a template."""
_DEEPEST = 5
"""Conditions within conditions."""

_Node: TypeAlias = type[nodes.Node]
_ALLOWED: tuple[_Node, ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or),
    nodes.Const,
)
_SANDBOX = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


class TextFault(ValueError):
    """A text nobody can be sent; the message is a sentence that begins after the text's key."""


@lru_cache(maxsize=1024)
def read_template(source: str) -> Template:
    """The template, ready to print. Raises TextFault when it is more than a text or cannot be read."""
    if len(source) > LONGEST:
        raise TextFault(f"is longer than {LONGEST} characters")
    try:
        tree = _SANDBOX.parse(source)
        _look(tree, 0)
        return _SANDBOX.from_string(source)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise TextFault(f"cannot be read{f' (line {line})' if line else ''}") from None
    except (RecursionError, SyntaxError):
        raise TextFault("cannot be read") from None


def _look(node: nodes.Node, depth: int) -> None:
    if not isinstance(node, _ALLOWED):
        raise TextFault(f"may print facts and choose by them, not use {type(node).__name__}")
    if isinstance(node, nodes.Name) and node.name not in NAMES:
        raise TextFault(f"speaks of {node.name[:40]}, which it is not told")
    if depth > _DEEPEST:
        raise TextFault(f"has more than {_DEEPEST} conditions within each other")
    deeper = depth + isinstance(node, nodes.If)
    for child in node.iter_child_nodes():
        _look(child, deeper)
