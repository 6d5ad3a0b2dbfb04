"""Results of ``vllm bench serve``: one JSON object a run."""

import re
from collections.abc import Mapping
from typing import Any

from xl_tco.measurements.asking import Asked
from xl_tco.measurements.fields import Fields
from xl_tco.measurements.record import Measurement, Tool


def recognises(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one of these."""
    return {"model_id", "total_token_throughput", "completed"} <= document.keys()


def measurement(fields: Fields, asked: Asked) -> Measurement:
    """Read one run. The file says nothing of hardware; lengths are means over its requests."""
    gpus = asked.gpus()
    completed = fields.positive("completed")
    tpot = fields.maybe("median_tpot_ms")
    return Measurement(
        tool=Tool.VLLM,
        platform=asked.platform(),
        gpus=gpus,
        model=asked.model(fields.text("model_id")),
        precision=asked.precision,
        stack=fields.text("backend"),
        input_tokens=fields.number("total_input_tokens") / completed,
        output_tokens=fields.positive("total_output_tokens") / completed,
        concurrency=fields.maybe("max_concurrency"),
        total_tokens_per_second_per_gpu=fields.positive("total_token_throughput") / gpus,
        output_tokens_per_second_per_gpu=fields.positive("output_throughput") / gpus,
        interactivity=asked.interactivity(tpot),
        median_ttft_ms=fields.maybe("median_ttft_ms"),
        p99_ttft_ms=fields.maybe("p99_ttft_ms"),
        median_tpot_ms=tpot,
        p99_tpot_ms=fields.maybe("p99_tpot_ms"),
        speculative_decoding=asked.speculative_decoding,
        date=_day(fields.text("date")),
        source_file=asked.file,
        position=asked.position,
    )


def _day(stamp: str) -> str:
    """The day of a stamp such as 20250530-203806; other texts as they are."""
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})-\d{6}", stamp)
    return "-".join(found.groups()) if found else stamp
