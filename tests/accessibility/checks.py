"""Looks at a page as WCAG 2.1 does, as a narrow phone does, and as whoever counts whom it asks.

Any page of the project can be checked: say where it is and which cookies its visitor has (`Scene`), then `faults_of`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.end_to_end.browser import PLAYWRIGHT, Browser, Page

AXE = PLAYWRIGHT / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
WIDTHS = (320, 1280)
LANGUAGES = ("da", "en")
SMALLEST_TARGET = 44
"""CSS pixels a button is high at least."""

_RUN = """axe.run(document, { runOnly: { type: 'tag', values: TAGS } }).then(result => JSON.stringify(
    result.violations.map(found => [found.id, ...found.nodes.map(node => node.html + node.failureSummary)].join(' '))
))""".replace("TAGS", json.dumps(TAGS))
_FACTS = """JSON.stringify({
    lang: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    wide: document.documentElement.scrollWidth > window.innerWidth,
    small: [...document.querySelectorAll('button, .button')]
        .filter(target => target.offsetParent && target.offsetHeight < SMALLEST).map(target => target.outerHTML),
})""".replace("SMALLEST", str(SMALLEST_TARGET))
_ENLARGED = """(() => {
    document.documentElement.style.fontSize = '200%';
    const wide = document.documentElement.scrollWidth > window.innerWidth;
    document.documentElement.style.fontSize = '';
    return wide;
})()"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One page as one visitor sees it."""

    name: str
    path: str
    cookies: Mapping[str, str] = field(default_factory=dict)
    language_cookie: str = "portner-lang"


async def open_scene(browser: Browser, origin: str, scene: Scene, language: str) -> Page:
    """The page, in a browser of its own, in that language."""
    page = await browser.open_page(f"{scene.name} {language}", "about:blank")
    await show(page, origin, scene, language)
    return page


async def show(page: Page, origin: str, scene: Scene, language: str) -> None:
    """The page in that language, as a visitor who comes for the first time; the page before is forgotten."""
    await page.cookies(origin, {**scene.cookies, scene.language_cookie: language})
    page.requests.forget()
    page.troubles.forget()
    await page.visit(f"{origin}{scene.path}")


async def faults_of(page: Page, origin: str, language: str) -> list[str]:
    """Everything that is wrong with the page that is open: WCAG, width, language, heading, whom it asked."""
    await page.evaluate(AXE.read_text("utf-8") + "; null")
    faults = []
    for width in WIDTHS:
        await page.size(width, 800)
        faults += [f"{width} px: {fault}" for fault in await _seen(page, language)]
    faults += [f"asked {url}" for url in page.requests.all if not url.startswith(f"{origin}/")]
    return faults + [f"trouble: {trouble}" for trouble in page.troubles.all]


async def _seen(page: Page, language: str) -> list[str]:
    facts = json.loads(str(await page.evaluate(_FACTS)))
    faults = [*json.loads(str(await page.evaluate(_RUN))), *(f"small target: {target}" for target in facts["small"])]
    if facts["lang"] != language:
        faults.append(f"lang is {facts['lang']}")
    if facts["headings"] != 1 or not facts["title"]:
        faults.append(f"{facts['headings']} main headings, title {facts['title']!r}")
    if facts["wide"]:
        faults.append("scrolls sideways")
    if await page.evaluate(_ENLARGED):
        faults.append("scrolls sideways with letters twice as large")
    return faults


async def check(page: Page, origin: str, scene: Scene) -> list[str]:
    """The faults of a page in every language and width."""
    faults = []
    for language in LANGUAGES:
        await show(page, origin, scene, language)
        faults += [f"{language}: {fault}" for fault in await faults_of(page, origin, language)]
    return faults
