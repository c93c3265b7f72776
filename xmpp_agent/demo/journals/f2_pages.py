"""What F2-REST shows: XML with links."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from fastapi import Response

if TYPE_CHECKING:
    from xmpp_agent.demo.journals.f2 import Case, Matter

REL = "http://cbrain.com/casefile/rel/"
_KIND = "application/vnd.cbrain.casefile+xml"
_SPACE = 'xmlns="http://cbrain.com/casefile/schema/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def error(status: int, message: str, reason: str = "") -> Response:
    """An error document."""
    code = f"<ReasonCode>{reason}</ReasonCode>" if reason else ""
    return _page(f"<Error {_SPACE}><Message>{escape(message)}</Message>{code}</Error>", status)


def case_page(case: Case, root: str, *, whole: bool) -> Response:
    """A case; `whole`: with its matters and their documents."""
    own = f"{root}/case/{case.id}"
    ways = {
        "self": own,
        f"{REL}structure": f"{own}/all",
        f"{REL}create-matter": f"{own}/new",
        f"{REL}{'open' if case.closed else 'close'}-case": f"{own}/{'open' if case.closed else 'close'}",
    }
    matters = "".join(_matter(one, root, whole=True) for one in case.matters)
    return _page(
        f"<Case {_SPACE}><Id>{case.id}</Id><CaseNumber>{escape(case.number)}</CaseNumber>"
        f"<Title>{escape(case.title)}</Title><Closed>{str(case.closed).lower()}</Closed>"
        f"{f'<Matters>{matters}</Matters>' if whole else ''}{_links(ways)}</Case>"
    )


def matter_page(matter: Matter, root: str, *, whole: bool) -> Response:
    """A matter; `whole`: with its documents."""
    return _page(_matter(matter, root, whole=whole))


def _matter(matter: Matter, root: str, *, whole: bool) -> str:
    own = f"{root}/matter/{matter.id}"
    ways = {"self": own, f"{REL}structure": f"{own}/all", f"{REL}create-document": f"{own}/new"}
    documents = "".join(
        f"<Document><Id>{one.id}</Id><Title>{escape(one.title)}</Title><FileSize>{one.file.size}</FileSize>"
        f"{_links({'self': f'{root}/document/{one.id}'})}</Document>"
        for one in matter.documents
    )
    return (
        f"<Matter {_SPACE}><Id>{matter.id}</Id><MatterNumber>{matter.number}</MatterNumber>"
        f'<Title>{escape(matter.title)}</Title><Deadline xsi:nil="true"/>'
        f"{f'<Documents>{documents}</Documents>' if whole else ''}{_links(ways)}</Matter>"
    )


def _links(ways: dict[str, str]) -> str:
    return "".join(f"<Link href={quoteattr(href)} rel={quoteattr(rel)}/>" for rel, href in ways.items())


def _page(text: str, status: int = 200) -> Response:
    return Response(text.encode(), status, media_type=_KIND)
