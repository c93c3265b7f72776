"""A form with one file (RFC 7578), streamed: its length is known before the first byte, the file is never held."""

import secrets
from collections.abc import AsyncIterator, Mapping

from xmpp_agent.edges.journal.asking import Content


def form(fields: Mapping[str, str], file: tuple[str, str, str], body: AsyncIterator[bytes], size: int) -> Content:
    """Fields, then the file: the name of its field, its own name, its media type; `size` bytes of `body`.

    All names are ours and plain; only the values of fields may be anything.
    """
    boundary = secrets.token_hex(16)
    head = b"".join(_field(boundary, name, value) for name, value in fields.items())
    field, name, kind = file
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    ).encode("ascii")
    tail = f"\r\n--{boundary}--\r\n".encode("ascii")

    async def whole() -> AsyncIterator[bytes]:
        yield head
        async for piece in body:
            yield piece
        yield tail

    return Content(f"multipart/form-data; boundary={boundary}", whole(), len(head) + size + len(tail))


def _field(boundary: str, name: str, value: str) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: text/plain; charset=utf-8'
    return f"{head}\r\n\r\n{value}\r\n".encode("utf-8", "replace")


async def once(content: bytes) -> AsyncIterator[bytes]:
    """A small file in one piece."""
    yield content
