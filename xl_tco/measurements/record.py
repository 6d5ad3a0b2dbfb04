"""One measurement, whatever tool took it."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from xl_tco.catalog.models import Strict, Text, as_date

_STAMP: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].*", re.DOTALL)


def _day(value: Any) -> Any:
    """The date of a run, a stamp's without its time; empty where the file says none."""
    if not isinstance(value, str) or not value:
        return value
    stamp = _STAMP.fullmatch(value)
    return as_date(stamp[1] if stamp else value)


Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0)]


class Tool(StrEnum):
    """What took the measurement."""

    VLLM = "vLLM bench serve"
    SGLANG = "SGLang bench_serving"
    AIPERF = "GenAI-Perf / AIPerf"
    INFERENCEX = "InferenceX"


class Measurement(Strict):
    """What one run of a benchmark delivered, per GPU, and under what conditions.

    Total tokens are input + output. None is what the file does not say; nothing is guessed.
    """

    tool: Tool
    platform: Text = Field(description="Key of the catalog where it is one, else as the file says.")
    gpus: Annotated[int, Field(gt=0)] = Field(description="GPUs that took part, each counted once.")
    model: Text
    precision: Text = ""
    stack: Text = Field("", description="Serving framework.")
    input_tokens: Share | None = Field(None, description="Mean input length (ISL), tokens.")
    output_tokens: Positive | None = Field(None, description="Mean output length (OSL), tokens.")
    concurrency: Positive | None = Field(None, description="Requests in flight.")
    total_tokens_per_second_per_gpu: Positive | None = None
    output_tokens_per_second_per_gpu: Positive
    interactivity: Positive | None = Field(None, description="tok/s/user, 1000 / median TPOT.")
    median_ttft_ms: Share | None = None
    p99_ttft_ms: Share | None = None
    median_tpot_ms: Share | None = None
    p99_tpot_ms: Share | None = None
    speculative_decoding: Text = Field("", description="none, mtp, ...; empty where not said.")
    disaggregated: bool | None = None
    cost_per_gpu_hour: Positive | None = Field(None, description="USD, where somebody gave it.")
    kw_per_gpu: Positive | None = Field(None, description="IT power, where somebody gave it.")
    date: Annotated[Text, BeforeValidator(_day)] = Field("", description="Of the run.")
    source_file: Text
    position: Text = Field("", description="Where in the file: a line, or a place in a list.")

    @model_validator(mode="after")
    def _total_holds_the_output(self) -> Self:
        total, output = self.total_tokens_per_second_per_gpu, self.output_tokens_per_second_per_gpu
        if total is not None and total < output * (1 - _ROUNDING):
            raise ValueError(
                f"total_tokens_per_second_per_gpu = {total:g} is less than the output of {output:g}"
            )
        return self

    @property
    def operating_point(self) -> str:
        """Lengths in a word: ``1024/1024``."""
        lengths = (self.input_tokens, self.output_tokens)
        return "/".join("?" if item is None else f"{item:.0f}" for item in lengths)


_ROUNDING = 1e-9
