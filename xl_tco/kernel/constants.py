"""Universal constants: the only numbers a formula may contain. Integers, so exact in any type."""

from typing import Final

SECONDS_PER_HOUR: Final = 3600
HOURS_PER_YEAR: Final = 8760
MONTHS_PER_YEAR: Final = 12
TOKENS_PER_MTOK: Final = 1_000_000
KW_PER_MW: Final = 1000
WATTS_PER_KW: Final = 1000
