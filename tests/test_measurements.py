"""Importers of benchmark results: every trap on a real record, and files that cannot be used.

The records in ``data/measurements`` are as published; the README there says whose they are.
"""

import json
import tracemalloc
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xl_tco.errors import InputFileError
from xl_tco.measurements import Given, Imported, Measurement, load_measurements
from xl_tco.measurements.loading import FILE_LIMIT
from xl_tco.measurements.own import line, same_run
from xl_tco.measurements.record import Tool

DATA = Path(__file__).parent / "data" / "measurements"
INFERENCEX = DATA / "inferencex_dsr1_h200_gb300.json"
VLLM_OLD = DATA / "vllm_bench_serve_2025-05_llm-d.json"
VLLM_NEW = DATA / "vllm_bench_serve_2026-07.json"
AIPERF = DATA / "aiperf_genaiperf_aggregate.json"
SGLANG_KEYS = DATA / "sglang_bench_serving_KEYS_ONLY.json"
L40S = Given(platform="l40s", gpus=4)
NAMED = Given(platform="h200", gpus=8, precision="fp8", model="a model")

# The SGLang sample is keys only. These values are the test's own: 8 GPUs, 64 users.
SGLANG_VALUES = {
    "completed": 640,
    "total_input_tokens": 640 * 512,
    "total_output_tokens": 640 * 256,
    "input_throughput": 6000.0,
    "output_throughput": 2000.0,
    "total_throughput": 8000.0,
    "median_ttft_ms": 250.0,
    "p99_ttft_ms": 900.0,
    "median_tpot_ms": 25.0,
    "p99_tpot_ms": 40.0,
    "median_itl_ms": 12.5,
    "concurrency": 61.5,
}


@cache
def rows() -> tuple[Measurement, ...]:
    return load_measurements([INFERENCEX]).measurements


@cache
def raw_rows() -> list[dict[str, Any]]:
    return json.loads(INFERENCEX.read_text(encoding="utf-8"))


def record(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def sglang(**changes: Any) -> dict[str, Any]:
    """The keys of SGLang's record with the values above, some of them changed or taken out."""
    filled = record(SGLANG_KEYS)["record"] | SGLANG_VALUES | changes
    return {key: value for key, value in filled.items() if value != "absent"}


def imported(folder: Path, document: Any, given: Given = NAMED) -> Measurement:
    path = folder / "result.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    (measurement,) = load_measurements([path], given).measurements
    return measurement


class TestInferenceX:
    def test_all_rows(self) -> None:
        assert len(rows()) == len(raw_rows()) == 100
        assert {row.tool for row in rows()} == {Tool.INFERENCEX}
        assert {row.platform for row in rows()} == {"h200", "gb300"}
        assert {row.model for row in rows()} == {"DeepSeek-R1"}

    def test_a_server_counts_its_gpus_once(self) -> None:
        # Row 0: one server of 8 GPUs; 8 stands in num_prefill_gpu and in num_decode_gpu.
        assert (raw_rows()[0]["num_prefill_gpu"], raw_rows()[0]["num_decode_gpu"]) == (8, 8)
        assert rows()[0].gpus == 8

    def test_experts_lie_on_the_gpus_of_the_tensors(self) -> None:
        # Row 19: tensor parallelism 8, expert parallelism 8, and num_decode_gpu = 8 x 8 = 64.
        raw = raw_rows()[19]
        assert (raw["decode_tp"], raw["decode_ep"], raw["num_decode_gpu"]) == (8, 8, 64)
        assert rows()[19].gpus == 8

    def test_gpus_agree_with_requests_in_flight(self) -> None:
        """By Little's law: GPUs = conc / mean latency x tokens of a request / tokens per GPU.

        InferenceX draws lengths from 0.8 to 1.0 of what is asked: 0.9 on average. The rest is the
        warm-up and the drain of a run, which is longest where prefill makes requests wait.
        """
        for raw, row in zip(raw_rows(), rows(), strict=True):
            requests = raw["conc"] / raw["metrics"]["mean_e2el"]
            tokens = 0.9 * (raw["isl"] + raw["osl"])
            by_law = requests * tokens / raw["metrics"]["tput_per_gpu"]
            assert row.gpus * 0.95 < by_law < row.gpus * 1.15, row.position

    def test_disaggregated_rows_count_prefill_and_decode(self) -> None:
        # Row 30: 8 GPUs prefill, 56 decode.
        raw, row = raw_rows()[30], rows()[30]
        assert (raw["num_prefill_gpu"], raw["num_decode_gpu"]) == (8, 56)
        assert row.gpus == 64
        assert row.disaggregated

    def test_output_of_disaggregated_rows_is_recovered_from_the_total(self) -> None:
        # Row 33: 2070.46 tok/s/GPU in total, 8192 in, 1024 out: x 1024/9216 = 1/9 -> 230.05.
        # Its own output figure, 920.35, is over the 8 decode GPUs of 32: a quarter of it, 230.09,
        # is over all.
        raw, row = raw_rows()[33], rows()[33]
        total = raw["metrics"]["tput_per_gpu"]
        assert row.total_tokens_per_second_per_gpu == total
        assert row.output_tokens_per_second_per_gpu == pytest.approx(total / 9, rel=1e-12)
        over_all = raw["metrics"]["output_tput_per_gpu"] * 8 / 32
        assert row.output_tokens_per_second_per_gpu == pytest.approx(over_all, rel=1e-2)

    def test_output_of_one_server_is_its_own(self) -> None:
        # Row 0: 98.83 in total, 49.17 of it output, 49.65 input.
        row = rows()[0]
        assert row.total_tokens_per_second_per_gpu == 98.82861137108823
        assert row.output_tokens_per_second_per_gpu == 49.173854925265026

    def test_every_output_stream_is_a_share_of_the_total(self) -> None:
        for row in rows():
            assert row.input_tokens is not None
            assert row.output_tokens is not None
            assert row.total_tokens_per_second_per_gpu is not None
            share = row.output_tokens / (row.input_tokens + row.output_tokens)
            found = row.output_tokens_per_second_per_gpu / row.total_tokens_per_second_per_gpu
            assert found == pytest.approx(share, rel=0.02), row.position

    def test_seconds_become_milliseconds(self) -> None:
        # Row 0: 0.0847 s to the first token, p99 0.811 s; 9.730 ms a token, p99 9.840 ms.
        row = rows()[0]
        assert row.median_ttft_ms == pytest.approx(84.73177487030625, rel=1e-15)
        assert row.p99_ttft_ms == pytest.approx(811.1691918317229, rel=1e-15)
        assert row.median_tpot_ms == pytest.approx(9.72992689843301, rel=1e-15)
        assert row.p99_tpot_ms == pytest.approx(9.839506130436793, rel=1e-15)

    def test_interactivity_is_one_over_the_time_of_a_token(self) -> None:
        for row in rows():
            assert row.interactivity is not None
            assert row.median_tpot_ms is not None
            assert row.interactivity == pytest.approx(1000 / row.median_tpot_ms, rel=1e-9)

    def test_inter_token_latency_is_not_the_time_of_a_token(self) -> None:
        # Row 0 streams ten tokens at a time: 95.3 ms between them, 9.7 ms a token.
        assert raw_rows()[0]["metrics"]["median_itl"] == pytest.approx(0.0953, rel=1e-3)
        assert rows()[0].median_tpot_ms == pytest.approx(9.73, rel=1e-3)

    def test_what_was_served(self) -> None:
        row = rows()[48]
        assert (row.platform, row.precision, row.stack) == ("gb300", "fp4", "dynamo-trt")
        assert (row.speculative_decoding, row.disaggregated) == ("mtp", True)
        assert (row.operating_point, row.concurrency) == ("1024/1024", 2253)
        assert (row.date, row.position) == ("2026-02-03", "[48]")

    def test_what_the_file_says_is_not_asked(self) -> None:
        said = Given(platform="tpuv7", gpus=1, precision="fp4", model="another")
        assert load_measurements([INFERENCEX], said).measurements == rows()

    def test_gpus_are_whole(self, tmp_path: Path) -> None:
        with pytest.raises(InputFileError, match=r"\[0\]: num_decode_gpu = 7\.5 is no whole"):
            imported(tmp_path, [raw_rows()[0] | {"num_decode_gpu": 7.5}])

    def test_hardware_has_to_be_said(self, tmp_path: Path) -> None:
        with pytest.raises(InputFileError, match=r"\[0\]: hardware is missing or empty"):
            imported(tmp_path, [raw_rows()[0] | {"hardware": None}])


class TestVllm:
    def test_older_run(self) -> None:
        """The key ``request_goodput:`` with its colon, ``max_concurrency`` null, means."""
        assert "request_goodput:" in record(VLLM_OLD)
        (row,) = load_measurements([VLLM_OLD], L40S).measurements
        assert row.tool == Tool.VLLM
        assert (row.platform, row.gpus) == ("l40s", 4)
        assert row.model == "meta-llama/Llama-3.2-3B-Instruct"
        assert row.concurrency is None
        # 299 700 tokens in and 81 050 out of 300 requests: not the 1000 and 500 asked for.
        assert row.input_tokens == 999
        assert row.output_tokens == pytest.approx(270 + 1 / 6, rel=1e-15)
        # 10 566.33 and 2249.25 tok/s over 4 GPUs.
        assert row.total_tokens_per_second_per_gpu == 2641.5821515302246
        assert row.output_tokens_per_second_per_gpu == 562.311840791923
        # 1000 / 13.5125 ms = 74.005 tok/s/user; by inter-token latency it would be 77.87.
        assert row.interactivity == pytest.approx(74.00539, rel=1e-6)
        assert (row.median_tpot_ms, row.p99_tpot_ms) == (13.512526767533997, 17.652194109258673)
        assert (row.median_ttft_ms, row.p99_ttft_ms) == (52.999333499883505, 89.76647855975897)
        assert row.date == "2025-05-30"

    def test_newer_run(self) -> None:
        (row,) = load_measurements([VLLM_NEW], Given(platform="h200", gpus=1)).measurements
        # 40 000 and 25 600 tokens of 200 requests; the peak of 12 requests is no concurrency.
        assert (row.input_tokens, row.output_tokens) == (200, 128)
        assert record(VLLM_NEW)["max_concurrent_requests"] == 12
        assert row.concurrency is None
        assert row.total_tokens_per_second_per_gpu == 322.3420924688133
        # 1000 / 27.6784 = 36.129
        assert row.interactivity == pytest.approx(36.12924, rel=1e-6)
        assert row.date == "2026-07-22"

    def test_request_rate_without_end(self, tmp_path: Path) -> None:
        as_run = imported(tmp_path, record(VLLM_OLD))
        endless = imported(tmp_path, record(VLLM_OLD) | {"request_rate": "inf"})
        assert endless == as_run

    def test_concurrency_where_it_is_said(self, tmp_path: Path) -> None:
        assert imported(tmp_path, record(VLLM_OLD) | {"max_concurrency": 64}).concurrency == 64

    def test_a_person_names_the_model(self, tmp_path: Path) -> None:
        assert imported(tmp_path, record(VLLM_NEW)).model == "a model"

    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            (Given(), "the number of GPUs; give --gpus"),
            (Given(platform="h200"), "the number of GPUs; give --gpus"),
            (Given(gpus=8), "the hardware; give --platform"),
        ],
    )
    def test_hardware_is_asked_for(self, given: Given, missing: str) -> None:
        with pytest.raises(InputFileError, match=missing) as caught:
            load_measurements([VLLM_OLD], given)
        assert str(VLLM_OLD) in str(caught.value)

    def test_gpus_from_one(self) -> None:
        with pytest.raises(InputFileError, match="--gpus 0: give a whole number from 1"):
            Given(gpus=0)


class TestSglang:
    def test_a_run(self, tmp_path: Path) -> None:
        row = imported(tmp_path, sglang())
        assert (row.tool, row.stack, row.gpus) == (Tool.SGLANG, "sglang", 8)
        assert (row.input_tokens, row.output_tokens) == (1024, 1024)
        # 8000 and 2000 tok/s over 8 GPUs; 1000 / 25 ms.
        assert row.total_tokens_per_second_per_gpu == 1000
        assert row.output_tokens_per_second_per_gpu == 250
        assert row.interactivity == 40
        # 61.5 requests were in flight; 64 were allowed.
        assert row.concurrency == 61.5
        assert row.speculative_decoding == ""

    def test_older_files_lack_the_total(self, tmp_path: Path) -> None:
        row = imported(tmp_path, sglang(total_throughput="absent"))
        # 6000 in + 2000 out = 8000 over 8 GPUs.
        assert row.total_tokens_per_second_per_gpu == 1000

    def test_allowed_concurrency_where_none_was_measured(self, tmp_path: Path) -> None:
        assert imported(tmp_path, sglang(concurrency="absent")).concurrency == 64

    def test_speculation_shows_in_the_accepted_length(self, tmp_path: Path) -> None:
        row = imported(tmp_path, sglang(accept_length=2.6))
        assert row.speculative_decoding == "yes"
        # The time of a token, 25 ms, and not the 12.5 ms between two.
        assert row.median_tpot_ms == 25

    def test_lengths_of_other_data_are_means(self, tmp_path: Path) -> None:
        row = imported(tmp_path, sglang(dataset_name="sharegpt"))
        assert (row.input_tokens, row.output_tokens) == (512, 256)

    def test_a_line_a_run(self, tmp_path: Path) -> None:
        path = tmp_path / "runs.jsonl"
        lines = [json.dumps(sglang(output_throughput=value)) for value in (1600.0, 800.0)]
        path.write_text("\n".join([lines[0], "", lines[1], ""]), encoding="utf-8")
        found = load_measurements([path], NAMED).measurements
        assert [row.output_tokens_per_second_per_gpu for row in found] == [200, 100]
        assert [row.position for row in found] == ["line 1", "line 3"]

    def test_only_a_newline_ends_a_line(self, tmp_path: Path) -> None:
        path = tmp_path / "runs.jsonl"
        line = json.dumps(sglang(tag="one\u2028two\x85three"), ensure_ascii=False)
        other = json.dumps(sglang(tag="two\u2028", output_throughput=1.5), ensure_ascii=False)
        path.write_text(f"{line}\n{other}\n", encoding="utf-8")
        assert len(load_measurements([path], NAMED).measurements) == 2

    def test_the_sample_without_values_is_no_measurement(self, tmp_path: Path) -> None:
        with pytest.raises(InputFileError, match=r"output_throughput = 0; it has to be greater"):
            imported(tmp_path, record(SGLANG_KEYS)["record"])


class TestAiperf:
    def test_a_run(self) -> None:
        (row,) = load_measurements([AIPERF], NAMED).measurements
        assert row.tool == Tool.AIPERF
        # 1150.92 tok/s over 8 GPUs; the file has no total and no lengths.
        assert row.output_tokens_per_second_per_gpu == 143.865
        assert row.total_tokens_per_second_per_gpu is None
        assert row.operating_point == "?/?"
        assert row.interactivity == 115.09
        assert (row.median_ttft_ms, row.p99_ttft_ms) == (145, 200)
        # Nobody says that several tokens come at a time: latency between tokens is that of one.
        assert (row.median_tpot_ms, row.p99_tpot_ms) == (18, 25)
        assert row.speculative_decoding == ""

    @pytest.mark.parametrize(("method", "tpot"), [("none", 18), ("mtp", None), ("eagle", None)])
    def test_no_tpot_with_speculation(self, method: str, tpot: float | None) -> None:
        given = Given(platform="h200", gpus=8, model="m", speculative_decoding=method)
        (row,) = load_measurements([AIPERF], given).measurements
        assert row.median_tpot_ms == tpot
        assert (row.p99_tpot_ms is None) is (tpot is None)
        assert row.speculative_decoding == method

    @pytest.mark.parametrize(
        "config",
        [
            {"loadgen": {"concurrency": 10}},
            {"perf_analyzer": {"stimulus": {"concurrency": 10}}},
        ],
        ids=["AIPerf", "GenAI-Perf"],
    )
    def test_concurrency(self, tmp_path: Path, config: dict[str, Any]) -> None:
        document = record(AIPERF) | {"input_config": config}
        assert imported(tmp_path, document).concurrency == 10

    def test_newer_files(self, tmp_path: Path) -> None:
        document = record(AIPERF) | {
            "input_config": {"endpoint": {"model": "Qwen3"}},
            "total_token_throughput": {"avg": 4603.68},
            "input_sequence_length": {"avg": 1024.0},
            "output_sequence_length": {"avg": 341.3},
        }
        row = imported(tmp_path, document, Given(platform="h200", gpus=8))
        assert row.model == "Qwen3"
        assert row.total_tokens_per_second_per_gpu == 575.46  # 4603.68 / 8
        assert row.operating_point == "1024/341"

    def test_the_model_is_asked_for(self) -> None:
        with pytest.raises(InputFileError, match="does not say the model; give --model"):
            load_measurements([AIPERF], Given(platform="h200", gpus=8))


def test_files_and_folders_at_once(tmp_path: Path) -> None:
    inside = tmp_path / "runs" / "monday"
    inside.mkdir(parents=True)
    for path in (VLLM_OLD, VLLM_NEW):
        (inside / path.name).write_bytes(path.read_bytes())
    (inside / "notes.txt").write_text("not a result", encoding="utf-8")
    (inside / "folder.json").mkdir()
    found = load_measurements([INFERENCEX, tmp_path, AIPERF], NAMED).measurements
    assert [row.tool for row in found] == [Tool.INFERENCEX] * 100 + [Tool.VLLM] * 2 + [Tool.AIPERF]


# --- Files that cannot be used: what is in the file, and the words of its fault


def with_value(key: str, value: str) -> str:
    """The text of a real record with the value of a key replaced by some text."""
    text = json.dumps(record(VLLM_OLD))
    old = f'"{key}": {json.dumps(record(VLLM_OLD)[key])}'
    assert old in text
    return text.replace(old, f'"{key}": {value}')


GOOD_LINE = json.dumps(record(VLLM_OLD))
BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "not JSON at line 1, column 1: Expecting value"),
    "an empty list": ("[]", "holds no measurement"),
    "no object": ("[1]", "[0]: a record is an object, not a int"),
    "a text": ('"=1+1"', "a record is an object, not a str"),
    "unknown keys": ('{"a": 1, "b": 2}', "no result of vLLM bench serve, SGLang bench_serving"),
    "one record unknown": (f"[{GOOD_LINE}, {{}}]", "[1]: no result of vLLM"),
    "truncated": (GOOD_LINE[:200], "not JSON at line 1, column"),
    "truncated list": (INFERENCEX.read_text(encoding="utf-8")[:5000], "not JSON at line"),
    "truncated line": (f"{GOOD_LINE}\n{GOOD_LINE[:100]}", "not JSON at line 2, column"),
    "deeply nested": ("[" * 200_000, "not JSON: too deeply nested"),
    "deeply nested record": (with_value("duration", '{"a":' * 50_000 + "1" + "}" * 50_000), "deep"),
    "deeply nested line": (f"{GOOD_LINE}\n{'[' * 200_000}", "line 2: not JSON: too deeply"),
    "NaN": (with_value("output_throughput", "NaN"), "not JSON: NaN is no number in JSON"),
    "infinity": (with_value("output_throughput", "-Infinity"), "-Infinity is no number in JSON"),
    "too large a number": (
        with_value("output_throughput", "1e999"),
        "output_throughput = inf is no finite number",
    ),
    "too long an integer": (with_value("completed", "9" * 5000), "not JSON: Exceeds the limit"),
    "an integer beyond floats": (
        with_value("completed", "9" * 400),
        "completed = 99999",
    ),
    "a key twice": (
        with_value("duration", '1, "duration": 2'),
        "not JSON: the key 'duration' is there twice",
    ),
    "a key twice in a line": (f'{{"a": 1, "a": 2}}\n{GOOD_LINE}', "line 1: not JSON: the key 'a'"),
    "text for a number": (
        with_value("output_throughput", '"2249"'),
        "output_throughput = '2249' is no number",
    ),
    "logical for a number": (with_value("completed", "true"), "completed = True is no number"),
    "list for a number": (with_value("completed", "[300]"), "completed = [300] is no number"),
    "number for a text": (with_value("model_id", "7"), "model_id = 7 is no text"),
    "no number": (with_value("total_output_tokens", "null"), "total_output_tokens is missing"),
    "nothing completed": (with_value("completed", "0"), "completed = 0; it has to be greater"),
    "negative": (
        with_value("output_throughput", "-1"),
        "output_throughput = -1; it has to be greater than 0",
    ),
    "negative latency": (with_value("median_ttft_ms", "-1"), "median_ttft_ms = -1.0: "),
    "output above the total": (
        with_value("output_throughput", "1e6"),
        "total_tokens_per_second_per_gpu = 1320.79 is less than the output of 125000",
    ),
    "control character": (with_value("backend", '"a\\u0000b"'), "stack = 'a\\x00b'"),
    "half a character": (with_value("backend", '"\\ud800"'), "stack = '\\ud800'"),
    "half a character in a key": ('{"\\ud800": 1}', "its keys are '\\ud800'"),
    "latin-1": (with_value("backend", '"é"').encode("latin-1"), "not UTF-8 text at byte"),
    "UTF-16": (GOOD_LINE.encode("utf-16"), "not UTF-8 text at byte 0"),
    "binary": (bytes(range(256)), "not UTF-8 text at byte 128"),
}


@pytest.fixture(params=BAD_FILES)
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A file that cannot be used, and what must be said of it."""
    content, words = BAD_FILES[request.param]
    path = tmp_path / "bad.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path, words


def test_a_bad_file_is_refused_in_a_line(bad: tuple[Path, str]) -> None:
    path, words = bad
    with pytest.raises(InputFileError) as caught:
        load_measurements([VLLM_NEW, path], NAMED)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert words in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 300


def test_the_good_files_still_import(bad: tuple[Path, str]) -> None:
    path, words = bad
    found = load_measurements([VLLM_NEW, path, AIPERF], NAMED, keep_going=True)
    assert [row.tool for row in found.measurements] == [Tool.VLLM, Tool.AIPERF]
    (fault,) = found.faults
    assert fault.startswith(str(path))
    assert words in fault


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD_LINE.encode())
    assert len(load_measurements([path], NAMED).measurements) == 1


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"nowhere\.json: cannot be read: No such file"):
        load_measurements([tmp_path / "nowhere.json"], NAMED)


def test_a_folder_without_results(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"no \.json or \.jsonl file in what was given"):
        load_measurements([tmp_path], NAMED)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(FILE_LIMIT * 4)
    tracemalloc.start()
    try:
        with pytest.raises(InputFileError, match=f"huge.json: larger than {FILE_LIMIT:,} bytes"):
            load_measurements([path], NAMED)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < FILE_LIMIT * 2.5


def test_very_many_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text("1\n" * 2_000_000, encoding="utf-8")
    tracemalloc.start()
    try:
        with pytest.raises(InputFileError, match="line 1: a record is an object, not a int"):
            load_measurements([path], NAMED)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Reading alone takes the limit once; a list of the lines would take 300 MB.
    assert peak < FILE_LIMIT * 2


def test_a_key_twice_among_very_many(tmp_path: Path) -> None:
    """A search that compares every key with every other would not end."""
    path = tmp_path / "keys.json"
    keys = ",".join(f'"{number}": 0' for number in [*range(200_000), 199_999])
    path.write_text(f"{{{keys}}}", encoding="utf-8")
    with pytest.raises(InputFileError, match="the key '199999' is there twice"):
        load_measurements([path], NAMED)


def test_all_files_bad(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{}", encoding="utf-8")
    assert load_measurements([path], NAMED, keep_going=True).measurements == ()


# --- Fuzzing: mutated real records and raw bytes; only a fault in words or a valid measurement


def tried(folder: Path, content: bytes) -> Imported | None:
    """What a file comes to; None where it is refused. Anything else fails the test."""
    path = folder / "fuzzed.json"
    path.write_bytes(content)
    try:
        return load_measurements([path], NAMED)
    except InputFileError as error:
        message = str(error)
    assert str(path) in message
    assert "\n" not in message
    return None


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    keys = value if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], (dict, list)):
            found += places(value[key])
    return found


REAL = [raw_rows()[0], raw_rows()[33], record(VLLM_OLD), record(VLLM_NEW), sglang(), record(AIPERF)]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([10**400, -(10**400), 1e308, 5e-324, "inf", "\ud800", "\x00", "=1+1"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    document = deepcopy(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(places(document)))
        match draw(st.sampled_from(["replace", "replace", "remove", "scale"])):
            case "remove":
                container.pop(key)
            case "scale" if isinstance(container[key], float):
                container[key] *= 10.0 ** draw(st.integers(-300, 300))
            case _:
                container[key] = draw(VALUES)
        if not document:
            break
    return document


FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(mutants(), st.booleans())
def test_mutated_records(tmp_path: Path, document: Any, in_a_list: bool) -> None:
    whole = [document] if in_a_list else document
    found = tried(tmp_path, json.dumps(whole).encode())
    for row in found.measurements if found else ():
        assert Measurement.model_validate(row.model_dump()) == row


@FUZZ
@given(mutants(), st.integers(0, 2000), st.binary(max_size=20), st.integers(0, 40))
def test_damaged_bytes(tmp_path: Path, document: Any, at: int, put: bytes, gone: int) -> None:
    content = json.dumps(document).encode()
    tried(tmp_path, content[:at] + put + content[at + gone :])


@FUZZ
@given(st.binary(max_size=300))
def test_raw_bytes(tmp_path: Path, content: bytes) -> None:
    assert tried(tmp_path, content) is None


class TestSameRun:
    """A run counts once, in however many files it stands."""

    def test_same_file_same_content_and_own_records(self, tmp_path: Path) -> None:
        source = DATA / "inferencex_dsr1_h200_gb300.json"
        rows = json.loads(source.read_text(encoding="utf-8"))
        (tmp_path / "copy.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
        (tmp_path / "some.json").write_text(json.dumps(rows[10:20]), encoding="utf-8")
        once = load_measurements([source])
        lines = "".join(f"{line(item)}\n" for item in once.measurements)
        (tmp_path / "own.jsonl").write_text(lines, encoding="utf-8")
        found = load_measurements([source, source, tmp_path])
        assert found.measurements == once.measurements
        assert len(found.repeated) == 100 + 100 + 100 + 10
        assert once.repeated == ()

    def test_another_answer_is_another_run(self) -> None:
        source = DATA / "vllm_bench_serve_2026-07.json"
        first = load_measurements([source], Given("h200", 8)).measurements[0]
        second = load_measurements([source], Given("h200", 4)).measurements[0]
        assert same_run(first) != same_run(second)
        assert same_run(first) == same_run(first.model_copy(update={"source_file": "b.json"}))


class TestDates:
    """A date of a run is one of the calendar."""

    @pytest.mark.parametrize(
        ("said", "day"),
        [
            ("2024-02-29", "2024-02-29"),
            ("2026-02", "2026-02"),
            ("2026-02-28T10:11:12Z", "2026-02-28"),
            ("", ""),
        ],
    )
    def test_good(self, said: str, day: str, tmp_path: Path) -> None:
        assert self.read(said, tmp_path) == day

    @pytest.mark.parametrize(
        "said", ["2026-02-30", "2026-02-29", "2026-13", "2026-2-03", "2100-02-29", "May 2026"]
    )
    def test_bad(self, said: str, tmp_path: Path) -> None:
        with pytest.raises(InputFileError, match=rf"rows\.json, \[0\]: date = '{said}'"):
            self.read(said, tmp_path)

    def read(self, said: str, folder: Path) -> str:
        source = DATA / "inferencex_dsr1_h200_gb300.json"
        row = json.loads(source.read_text(encoding="utf-8"))[0] | {"date": said}
        (folder / "rows.json").write_text(json.dumps([row]), encoding="utf-8")
        return load_measurements([folder / "rows.json"]).measurements[0].date
