"""Results of SGLang's ``bench_serving``: one JSON object a line and run."""

from collections.abc import Mapping
from typing import Any

from xl_tco.measurements.asking import Asked
from xl_tco.measurements.fields import Fields
from xl_tco.measurements.record import Measurement, Tool


def recognises(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one of these."""
    return {"random_input_len", "random_output_len", "output_throughput"} <= document.keys()


def measurement(fields: Fields, asked: Asked) -> Measurement:
    """Read one run. Older files lack the total: it is input + output.

    The lengths asked for are those of the requests only in random data sets.
    """
    gpus = asked.gpus()
    output = fields.positive("output_throughput")
    total = fields.maybe("total_throughput")
    if total is None:
        total = fields.number("input_throughput") + output
    tpot = fields.maybe("median_tpot_ms")
    measured = fields.maybe("concurrency")
    return Measurement(
        tool=Tool.SGLANG,
        platform=asked.platform(),
        gpus=gpus,
        model=asked.model(fields.text("server_info", "model_path")),
        precision=asked.precision,
        stack=fields.text("backend"),
        input_tokens=_length(fields, "input"),
        output_tokens=_length(fields, "output"),
        concurrency=measured if measured is not None else fields.maybe("max_concurrency"),
        total_tokens_per_second_per_gpu=total / gpus,
        output_tokens_per_second_per_gpu=output / gpus,
        interactivity=asked.interactivity(tpot),
        median_ttft_ms=fields.maybe("median_ttft_ms"),
        p99_ttft_ms=fields.maybe("p99_ttft_ms"),
        median_tpot_ms=tpot,
        p99_tpot_ms=fields.maybe("p99_tpot_ms"),
        speculative_decoding=asked.speculative_decoding
        or ("yes" if fields.maybe("accept_length") else ""),
        source_file=asked.file,
        position=asked.position,
    )


def _length(fields: Fields, side: str) -> float:
    if fields.text("dataset_name").startswith("random"):
        return fields.number(f"random_{side}_len")
    return fields.number(f"total_{side}_tokens") / fields.positive("completed")
