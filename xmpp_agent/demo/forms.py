"""Reading a page as somebody without a screen does: its headings, its words, its forms and their buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

_SILENT = frozenset({"script", "style", "title"})
_FIELDS = frozenset({"select", "textarea"})
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


@dataclass
class Form:
    """A form: where it goes, what it would send, and what its buttons say."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By their words: name and value that are sent when it is pressed."""

    def filled(self, button: str, more: Mapping[str, str]) -> dict[str, str]:
        """What is sent by this button, with these fields filled in."""
        name, value = self.buttons[button]
        pressed = {name: value} if name else {}
        return {**self.fields, **more, **pressed}


class Page(HTMLParser):
    """One page. Answers what a reader needs; knows nothing of whose page it is."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        """By their words."""
        self.rows: dict[str, str] = {}
        """What can be read in list items that have an id, by it."""
        self.onward = ""
        """Where the page sends its reader by itself, at once."""
        self._open: Form | None = None
        self._button: tuple[str, str] | None = None
        self._field = ""
        """Name of the text field or list that is open."""
        self._link = ""
        self._row = ""
        self._silent = 0
        self._hidden: list[str] = []
        """Elements that are open and not shown, and those of the same name within."""
        self._said: list[str] = []
        self.feed(html)

    def form_with(self, button: str, about: str = "") -> Form | None:
        """The first form with a button that says this, and with this in its address."""
        return next((form for form in self.forms if button in form.buttons and about in form.action), None)

    @property
    def text(self) -> str:
        """Everything that can be read, in order."""
        return " ".join(self.words)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in _VOID and (("hidden" in found and not self._hidden) or tag in self._hidden[-1:]):
            self._hidden.append(tag)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "meta" and found.get("http-equiv", "").lower() == "refresh":
            after, _, address = found.get("content", "").partition(";")
            self.onward = address.strip().removeprefix("url=") if after.strip() == "0" else ""
        elif tag == "form":
            self._open = Form(found.get("action", ""), found.get("method", "get").upper())
            self.forms.append(self._open)
        elif tag == "a":
            self._link, self._said = found.get("href", ""), []
        elif tag == "li" and "id" in found:
            self._row = found["id"]
        elif self._open is not None:
            self._of_form(self._open, tag, found)

    @override
    def handle_endtag(self, tag: str) -> None:
        said = " ".join("".join(self._said).split())
        if tag in self._hidden[-1:]:
            self._hidden.pop()
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "form":
            self._open = None
        elif tag == "li":
            self._row = ""
        elif tag == "textarea" and self._open is not None:
            self._open.fields[self._field] = "".join(self._said).removeprefix("\n")
        elif tag == "button" and self._open is not None and self._button is not None:
            self._open.buttons[said] = self._button
            self._button = None
        elif tag == "a" and self._link:
            self.links[said] = self._link
            self._link = ""

    @override
    def handle_data(self, data: str) -> None:
        if self._silent or self._hidden:
            return
        self._said.append(data)
        if data.strip():
            self.words.append(" ".join(data.split()))
            if self._row:
                self.rows[self._row] = f"{self.rows.get(self._row, '')} {self.words[-1]}".lstrip()

    def _of_form(self, form: Form, tag: str, found: Mapping[str, str]) -> None:
        """Something that stands in an open form. A button that is off cannot be pressed."""
        name = found.get("name", "")
        if tag == "input":
            self._input(form, found)
        elif tag == "button" and "disabled" not in found:
            self._button, self._said = (name, found.get("value", "")), []
        elif tag in _FIELDS:
            self._field, self._said = name, []
        elif tag == "option" and ("selected" in found or self._field not in form.fields):
            form.fields[self._field] = found.get("value", "")

    @staticmethod
    def _input(form: Form, found: Mapping[str, str]) -> None:
        kind, name = found.get("type", "text"), found.get("name", "")
        if kind == "submit":
            form.buttons[found.get("value", "")] = (name, found.get("value", ""))
        elif name and kind not in ("checkbox", "radio", "file"):
            form.fields[name] = found.get("value", "")
        elif name and kind in ("checkbox", "radio") and "checked" in found:
            form.fields[name] = found.get("value", "on")
