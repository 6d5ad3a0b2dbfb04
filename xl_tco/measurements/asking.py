"""What a benchmark file does not say and a person has to: hardware, GPUs, precision, model."""

from dataclasses import dataclass

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
class Asked:
    """The same for one record: an importer asks, and what nobody said is a fault, not a guess."""

    given: Given
    file: str
    position: str

    @property
    def precision(self) -> str:
        """The precision, which no tool writes; empty where nobody says."""
        return self.given.precision

    @property
    def speculative_decoding(self) -> str:
        """Whether and how, which few tools write; empty where nobody says."""
        return self.given.speculative_decoding

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
        if self.given.platform is None:
            raise self._missing("hardware", "--platform", "a catalog key such as h200")
        return self.given.platform

    def gpus(self) -> int:
        """The number of GPUs.

        Raises
        ------
        InputFileError
            The file does not say and nobody else did.

        """
        if self.given.gpus is None:
            raise self._missing("number of GPUs", "--gpus", "how many GPUs the server ran on")
        return self.given.gpus

    def model(self, said: str) -> str:
        """The model: what the person says, else what the file says.

        Raises
        ------
        InputFileError
            Neither says.

        """
        model = self.given.model or said
        if not model:
            raise self._missing("model", "--model", "the model that was served")
        return model

    def interactivity(self, tpot_ms: float | None) -> float | None:
        """Tokens per second per user, of the time per output token."""
        return _MS_PER_SECOND / tpot_ms if tpot_ms else None

    def _missing(self, what: str, option: str, value: str) -> InputFileError:
        place = f"{self.file}, {self.position}" if self.position else self.file
        return InputFileError(f"{place}: the file does not say the {what}; give {option}: {value}")
