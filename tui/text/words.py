"""The console's own words in the language chosen; the table itself is `catalogue.py`."""

from dataclasses import dataclass

from tui.kept import Fault
from tui.keys import KeyNames
from tui.settings import Settings
from tui.text.catalogue import TEXTS
from tui.text.locales import Count
from tui.text.safe import safe
from tui.text.signs import sign


@dataclass(frozen=True, slots=True)
class Words:
    """Speaks one language with one set of signs."""

    settings: Settings

    def say(self, what: str, /, **values: object) -> str:
        """The text named `what`, with `values` put in as plain words, keys as they are now (`{keys[back]}`), and
        words that go with a number (`{n:besked|beskeder}`).

        A KeyError is a missing text.
        """
        danish, english = TEXTS[what]
        text = danish if self.settings.lang == "da" else english
        if "{" not in text:
            return text
        lang = self.settings.lang
        counted = {name: Count.of(each, lang) if type(each) is int else each for name, each in values.items()}
        return text.format(keys=KeyNames(self.settings.keys), **counted)

    def of(self, fault: Fault) -> str:
        """What is wrong with the settings."""
        return self.say(fault.what, **{name: safe(text, 60) for name, text in fault.values.items()})

    def code(self, kind: str, code: str) -> str:
        """Words for a rule or a reason code; a code this console does not know yet is shown as it is."""
        return self.say(f"{kind}.{code}") if f"{kind}.{code}" in TEXTS else code.replace("_", " ")

    def sign(self, what: str) -> str:
        """The sign for a state, from the set chosen."""
        return sign(what, self.settings.signs)

    def signed(self, what: str, word: str) -> str:
        """Sign and word together, as every state is shown."""
        return f"{self.sign(what)} {word}"
