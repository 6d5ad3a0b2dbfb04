"""What a benchmark file does not say and a person has to: hardware, GPUs, precision, model."""

from dataclasses import dataclass, field, fields
from typing import Any

from xl_tco.errors import InputFileError, shown

_MS_PER_SECOND = 1000

NO_SPECULATION = "none"


@dataclass(frozen=True, slots=True)
class Given:
    """What the person says for all files; None where nothing is said."""

    platform: str | None = None
    gpus: int | None = None
    precision: str = ""
    model: str | None = None
    speculative_decoding: str = ""

    def __post_init__(self) -> None:
        if self.gpus is not None and self.gpus < 1:
            raise InputFileError(f"--gpus {shown(self.gpus)}: give a whole number from 1")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person says, and which of it some file had a question for."""

    given: Given
    asked: set[str] = field(default_factory=set)

    def of(self, name: str) -> Any:
        """The answer to a question."""
        self.asked.add(name)
        return getattr(self.given, name)

    @property
    def unused(self) -> tuple[str, ...]:
        """Answers that no file asked for."""
        said = (item.name for item in fields(Given) if getattr(self.given, item.name))
        return tuple(name for name in said if name not in self.asked)


@dataclass(frozen=True, slots=True)
class Asked:
    """The same for one record: an importer asks, and what nobody said is a fault, not a guess."""

    answers: Answers
    file: str
    position: str

    @property
    def precision(self) -> str:
        """The precision, which no tool writes; empty where nobody says."""
        return str(self.answers.of("precision"))

    @property
    def speculative_decoding(self) -> str:
        """Whether and how, which few tools write; empty where nobody says."""
        return str(self.answers.of("speculative_decoding"))

    @property
    def speculates(self) -> bool:
        """Tell whether somebody says that several tokens may come at a time."""
        return self.speculative_decoding not in ("", NO_SPECULATION)

    def platform(self) -> str:
        """The hardware.

        Raises
        ------
        InputFileError
            The file does not say and nobody else did.

        """
        platform = self.answers.of("platform")
        if platform is None:
            raise self._missing("hardware", "--platform", "a catalog key such as h200")
        return str(platform)

    def gpus(self) -> int:
        """The number of GPUs.

        Raises
        ------
        InputFileError
            The file does not say and nobody else did.

        """
        gpus = self.answers.of("gpus")
        if gpus is None:
            raise self._missing("number of GPUs", "--gpus", "how many GPUs the server ran on")
        return int(gpus)

    def model(self, said: str) -> str:
        """The model: what the person says, else what the file says.

        Raises
        ------
        InputFileError
            Neither says.

        """
        model = str(self.answers.of("model") or said)
        if not model:
            raise self._missing("model", "--model", "the model that was served")
        return model

    def interactivity(self, tpot_ms: float | None) -> float | None:
        """Tokens per second per user, of the time per output token."""
        return _MS_PER_SECOND / tpot_ms if tpot_ms else None

    def _missing(self, what: str, option: str, value: str) -> InputFileError:
        place = f"{self.file}, {self.position}" if self.position else self.file
        return InputFileError(f"{place}: the file does not say the {what}; give {option}: {value}")
