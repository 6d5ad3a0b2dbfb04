"""Rows of SemiAnalysis InferenceX: a list of objects, latencies in seconds."""

from collections.abc import Mapping
from typing import Any, Final

from xl_tco.measurements.asking import Asked
from xl_tco.measurements.fields import Fields
from xl_tco.measurements.record import Measurement, Tool

_MODELS: Final = {"dsr1": "DeepSeek-R1"}
_MS: Final = 1000


def recognises(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one of these."""
    metrics = document.get("metrics")
    return (
        {"hardware", "num_decode_gpu", "isl", "osl"} <= document.keys()
        and isinstance(metrics, Mapping)
        and "tput_per_gpu" in metrics
    )


def measurement(fields: Fields, asked: Asked) -> Measurement:
    """Read one row.

    ``tput_per_gpu`` counts total tokens over all GPUs. In disaggregated rows the output figure is
    over decode GPUs alone: the output stream is recovered as total x OSL / (ISL + OSL).
    """
    disaggregated = bool(fields.logical("disagg"))
    total = fields.positive("metrics", "tput_per_gpu")
    isl, osl = fields.number("isl"), fields.positive("osl")
    if disaggregated:
        output = total * osl / (isl + osl)
    else:
        output = fields.positive("metrics", "output_tput_per_gpu")
    model = fields.word("model")
    return Measurement(
        tool=Tool.INFERENCEX,
        platform=fields.word("hardware"),
        gpus=_gpus(fields, disaggregated),
        model=_MODELS.get(model, model),
        precision=fields.text("precision"),
        stack=fields.text("framework"),
        input_tokens=isl,
        output_tokens=osl,
        concurrency=fields.maybe("conc"),
        total_tokens_per_second_per_gpu=total,
        output_tokens_per_second_per_gpu=output,
        interactivity=fields.maybe("metrics", "median_intvty"),
        median_ttft_ms=_ms(fields, "median_ttft"),
        p99_ttft_ms=_ms(fields, "p99_ttft"),
        median_tpot_ms=_ms(fields, "median_tpot"),
        p99_tpot_ms=_ms(fields, "p99_tpot"),
        speculative_decoding=fields.text("spec_method"),
        disaggregated=disaggregated,
        date=fields.text("date"),
        source_file=asked.file,
        position=asked.position,
    )


def _gpus(fields: Fields, disaggregated: bool) -> int:
    """GPUs that took part: prefill and decode are two sets only in disaggregated rows.

    Rows of one server count tensor x expert parallelism, but the experts lie on the same GPUs as
    the tensors: requests in flight over latency give 8 GPUs where such a row says 64.
    """
    decode = fields.whole("num_decode_gpu")
    if disaggregated:
        return fields.whole("num_prefill_gpu") + decode
    tensor, expert = fields.maybe("decode_tp"), fields.maybe("decode_ep")
    if tensor and expert and decode == tensor * expert:
        return fields.whole("decode_tp")
    return decode


def _ms(fields: Fields, name: str) -> float | None:
    seconds = fields.maybe("metrics", name)
    return None if seconds is None else seconds * _MS
