"""What exists of the walk, at debug level, libraries and all: no line of the log tells of anybody, nor does a file."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import structlog

from tests.an_office import CPR, OpenOffice
from tests.edges.post.mail_server import PASSWORD, USER, mail_server
from tests.edges.post.parcels import parcel, refused
from tests.edges.web.site.served import ServedSite, serve_site
from tests.flows.held import a_life, custody
from tests.leaks import Secret, cpr, email, leaks, name, phone, text, token
from tests.logging_here import LIBRARIES, logs_to
from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.edges.post.smtp import Smtp, SmtpSettings
from xmpp_agent.flows.privacy import erase, export
from xmpp_agent.flows.retention import run_retention
from xmpp_agent.model.letters import Channel
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import Person, Reach, Role
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.rules.admission.known_pass import UNUSED_LIFE

# Long in each part: four letters turn up by chance in a token of forty.
NAME, PHONE, MAIL = "Ågothilde Østergård Kjærulff", "+4520304050", "aagot.k@borger.example"
NOTE = "Kom for sent, bor nu hos sin søster i Lemvig."
CASE = "sag 2026-4711-psyk"


@dataclass
class Walked:
    """What was logged, and everything that must not stand there."""

    log: str
    cookies: set[str]
    passes: set[str]
    code: str
    folder: Path

    def secrets(self) -> list[Secret | tuple[Secret, ...]]:
        """Of this walk."""
        return [
            *(cpr(CPR), phone(PHONE), email(MAIL), name(NAME), text("code of a link", self.code)),
            *(text("note", NOTE), text("case", CASE)),
            *(token(cookie) for cookie in self.cookies),
            *(token(pass_) for pass_ in self.passes),
        ]


async def _booked(here: OpenOffice) -> str:
    """Anna's appointment with everything that can be held; the code of her link."""
    life = await a_life(here)
    office = here.office
    citizen = Enrolment(Person("anna", life.appointment.unit, NAME), Role.CITIZEN, Reach(PHONE, MAIL, CPR))
    version = life.appointment.version + 1
    case = replace(life.appointment, case_ref=CASE, subject=f"Talk with {NAME}", description=NOTE, version=version)
    note = Note("note-anna", "anna", "mette", NOTE, NoteState.FILED, here.clock.at, here.clock.at)
    await office.records.keep(office.line("book", "test", "anna"), citizen, case, note)
    return life.code


async def _walk(served: ServedSite, walked: Walked) -> None:
    """From link to meeting in a browser, over HTTP; every cookie and pass on the way is noted."""
    browser = served.site.surfer()
    async with httpx.AsyncClient(base_url=served.origin) as browser.http:
        await browser.begin(walked.code)
        walked.cookies |= set(browser.http.cookies.values())
        await browser.follow(await browser.log_in(walked.code))
        walked.cookies |= set(browser.http.cookies.values())
        into = await browser.press(f"/m/{walked.code}/go")
        fragment = urlsplit(into.headers["location"]).fragment
        walked.passes.add(json.loads(unquote(fragment.partition("jwt=")[2].partition("&")[0])))
        # What somebody may send who means no good, or pastes into the wrong field:
        for path in (f"/m/{CPR}", f"/{MAIL}/{PHONE}", f"/m/{walked.code}?cpr={CPR}&name={NAME}"):
            await browser.http.get(path, headers={"referer": f"{served.origin}/m/{walked.code}", "x-name": MAIL})
        await browser.press(f"/m/{walked.code}/test", found=CPR, name=NAME)


async def _written_to(walked: Walked) -> None:
    """The letter by mail, to a server that takes it and then to one that refuses and repeats the address."""
    mail = parcel(Channel.EMAIL, to=MAIL, text=f"Hej {NAME}, https://moede.test/m/{walked.code}")
    issuer = make_issuer(walked.folder)
    async with mail_server(issuer.sign("mail")) as server:
        ours = Smtp(SmtpSettings("127.0.0.1", port=server.port, user=USER, password=PASSWORD, authorities=issuer.path))
        await ours.hand_over(mail)
        server.at_recipient = f"550 {MAIL} unknown"
        await refused(ours, mail)


async def _broken(here: OpenOffice) -> None:
    """The database fails in the middle of things that hold names: what is raised is logged as the agent does."""
    log = structlog.get_logger("agent")
    async with here.database.engine.connect() as db:
        await db.exec_driver_sql("ALTER TABLE people RENAME TO people_away")
        who = Enrolment(Person("bo", "jobcenter", NAME), Role.CITIZEN, Reach(PHONE, MAIL, CPR))
        for act in (
            here.office.records.keep(here.office.line("book", "test", "bo"), who),
            here.office.diary.entry("anna"),
            export(custody(here), "anna", "uid:7", here.clock.at),
        ):
            try:
                await act
            except Unavailable as error:
                log.error("lane_job_failed", exc_info=error)
        await db.exec_driver_sql("ALTER TABLE people_away RENAME TO people")


async def _lost(here: OpenOffice) -> None:
    """Exceptions that quote what they were about, where nobody catches them."""

    async def failing() -> None:
        raise ValueError(f"{NAME} {CPR} {PHONE}")

    task = asyncio.create_task(failing())
    with suppress(ValueError):
        await task
    asyncio.get_running_loop().call_exception_handler({"message": NAME, "exception": ValueError(CPR), "task": task})


@pytest.fixture
async def walked(tmp_path: Path) -> AsyncIterator[Walked]:
    """The walk, with everything that is logged from the lowest level on."""
    log = io.StringIO()
    with logs_to(log, logging.DEBUG, libraries=True):
        async with serve_site(tmp_path / "office") as served:
            here = served.site.here
            walk = Walked("", set(), set(), await _booked(here), tmp_path / "office")
            await _walk(served, walk)
            await _written_to(walk)
            await _broken(here)
            await _lost(here)
            await export(custody(here), "anna", "uid:7", here.clock.at)
            walk.log = log.getvalue()
            yield walk
            await run_retention(custody(here), here.clock.at + UNUSED_LIFE)
            await erase(custody(here), "anna", "uid:7", frozenset({"*"}), here.clock.at + 1e7)
    assert leaks(walk.secrets(), {"log of forgetting": log.getvalue()}) == []


async def test_no_line_of_the_log_tells_of_anybody(walked: Walked) -> None:
    """Every library that sees people's data did log, and nothing of it came through."""
    lines = [json.loads(line) for line in walked.log.splitlines()]
    heard = {str(line["event"]).removesuffix(" logged").partition(".")[0] for line in lines}

    assert leaks(walked.secrets(), {"log": walked.log}) == []
    assert {"httpx", "httpcore", "mail", "asyncio", "aiosqlite", "sqlalchemy", "lane_job_failed"} <= heard, heard
    assert len(walked.cookies) > 1
    assert len(walked.passes) == 1


async def test_no_file_of_ours_tells_of_anybody(walked: Walked) -> None:
    """Database and write-ahead log, byte by byte, while everything is still held in them."""
    files = {path.name: path for path in walked.folder.glob("portner.sqlite3*")}
    assert "portner.sqlite3" in files
    assert leaks(walked.secrets(), files) == []


def test_the_libraries_would_have_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the sieve the same loggers print what they are given: the test above looks at something."""
    for library in LIBRARIES:
        logger = logging.getLogger(library)
        plain = logging.StreamHandler(sys.stdout)
        logger.addHandler(plain)
        logger.warning("to %s", MAIL)
        logger.removeHandler(plain)
    assert len(leaks((email(MAIL),), {"out": capsys.readouterr().out})) > 0
