"""Results of GenAI-Perf and AIPerf: one JSON object a run, a metric an object of statistics."""

from collections.abc import Mapping
from typing import Any

from xl_tco.measurements.asking import Asked
from xl_tco.measurements.fields import Fields
from xl_tco.measurements.record import Measurement, Tool

_CONCURRENCY = (
    ("input_config", "loadgen", "concurrency"),
    ("input_config", "perf_analyzer", "stimulus", "concurrency"),
)


def recognises(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one of these."""
    throughput = document.get("output_token_throughput")
    return isinstance(throughput, Mapping) and "avg" in throughput


def measurement(fields: Fields, asked: Asked) -> Measurement:
    """Read one run.

    These tools write no TPOT. Inter-token latency stands for it, but not where tokens come several
    at a time: with speculative decoding TPOT stays empty.
    """
    gpus = asked.gpus()
    output = fields.positive("output_token_throughput", "avg")
    total = fields.maybe("total_token_throughput", "avg")
    concurrency = next(
        (found for path in _CONCURRENCY if (found := fields.maybe(*path)) is not None), None
    )
    latency = Fields({}, "") if asked.speculates else fields
    return Measurement(
        tool=Tool.AIPERF,
        platform=asked.platform(),
        gpus=gpus,
        model=asked.model(_model(fields)),
        precision=asked.precision,
        input_tokens=fields.maybe("input_sequence_length", "avg"),
        output_tokens=fields.maybe("output_sequence_length", "avg"),
        concurrency=concurrency,
        total_tokens_per_second_per_gpu=None if total is None else total / gpus,
        output_tokens_per_second_per_gpu=output / gpus,
        interactivity=fields.maybe("output_token_throughput_per_user", "avg"),
        median_ttft_ms=fields.maybe("time_to_first_token", "p50"),
        p99_ttft_ms=fields.maybe("time_to_first_token", "p99"),
        median_tpot_ms=latency.maybe("inter_token_latency", "p50"),
        p99_tpot_ms=latency.maybe("inter_token_latency", "p99"),
        speculative_decoding=asked.speculative_decoding,
        source_file=asked.file,
        position=asked.position,
    )


def _model(fields: Fields) -> str:
    for path in (("input_config", "endpoint", "model"), ("input_config", "model")):
        if found := fields.text(*path):
            return found
    return ""
