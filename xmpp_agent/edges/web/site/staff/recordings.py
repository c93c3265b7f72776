"""What a row says of recordings, in the language of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from xmpp_agent.model.notes import Note
from xmpp_agent.model.recordings import Fault, Recording
from xmpp_agent.rules.recording import words
from xmpp_agent.rules.recording.custody import RUNNING


@dataclass(frozen=True, slots=True)
class RecordingWords:
    """For the templates: sentences and figures."""

    language: str
    page: str = ""
    """Address of the page on which people answer for themselves."""

    def sentence(self, recording: Recording) -> str:
        """Where it stands, and what keeps it there."""
        return words.sentence(recording)[self._place]

    def fault(self, fault: Fault) -> str:
        """What keeps something."""
        return words.FAULTS[fault][self._place]

    def size(self, size: int) -> str:
        """Bytes as people read them: `12,4 MB`, in English `12.4 MB`."""
        amount, unit = next((size / many, unit) for many, unit in _UNITS if size >= many or unit == "kB")
        text = f"{amount:.1f} {unit}"
        return text if self._place else text.replace(".", ",")

    def length(self, seconds: float) -> str:
        """Seconds as people read them: `2:05`, `1:02:05`."""
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

    def is_running(self, recording: Recording) -> bool:
        """Whether it is on, or about to be, or about to end."""
        return recording.stage in RUNNING

    def numbers(self, notes: Sequence[Note]) -> str:
        """What the journal calls the notes of a row."""
        return ", ".join(note.number for note in notes if note.number)

    @property
    def _place(self) -> int:
        return 1 if self.language == "en" else 0


_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
