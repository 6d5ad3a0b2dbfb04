"""Writes the sample results beside it. All of them are made up: README.md states the formulas.

python examples/benchmarks/make.py
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = "made-up-70b"
MADE_UP = "made up by examples/benchmarks/make.py"
TOKENS_IN = TOKENS_OUT = 1024
REQUESTS_PER_USER = 10
SPREAD = 0.10
# The 99th percentile of a normal distribution, in standard deviations.
P99 = 2.326


@dataclass(frozen=True)
class Server:
    """A made-up server: milliseconds to a token, alone and for each user more."""

    tpot_alone: float
    tpot_per_user: float
    ttft_alone: float
    ttft_per_user: float


H200 = Server(tpot_alone=12, tpot_per_user=0.15, ttft_alone=60, ttft_per_user=1.5)
GB300_FP8 = Server(tpot_alone=8, tpot_per_user=0.04, ttft_alone=40, ttft_per_user=0.4)
GB300_FP4 = Server(tpot_alone=6, tpot_per_user=0.025, ttft_alone=30, ttft_per_user=0.3)


def run(server: Server, users: int) -> dict[str, Any]:
    """The fields that both tools write of one run."""
    tpot = server.tpot_alone + server.tpot_per_user * users
    ttft = server.ttft_alone + server.ttft_per_user * users
    latency = ttft + (TOKENS_OUT - 1) * tpot
    requests = REQUESTS_PER_USER * users
    seconds = REQUESTS_PER_USER * latency / 1000
    return {
        "max_concurrency": users,
        "duration": seconds,
        "completed": requests,
        "total_input_tokens": requests * TOKENS_IN,
        "total_output_tokens": requests * TOKENS_OUT,
        "request_throughput": requests / seconds,
        "output_throughput": requests * TOKENS_OUT / seconds,
        **spread("ttft", ttft),
        **spread("tpot", tpot),
        # Without drafts tokens come one at a time.
        **spread("itl", tpot),
    }


def spread(name: str, milliseconds: float) -> dict[str, float]:
    """The statistics of a latency that is normally distributed."""
    return {
        f"mean_{name}_ms": milliseconds,
        f"median_{name}_ms": milliseconds,
        f"std_{name}_ms": milliseconds * SPREAD,
        f"p99_{name}_ms": milliseconds * (1 + P99 * SPREAD),
    }


def vllm(server: Server, users: int) -> str:
    """A file of vLLM ``bench serve``."""
    fields = run(server, users)
    tokens = fields["total_input_tokens"] + fields["total_output_tokens"]
    record = {
        "date": "20260101-000000",
        "backend": "vllm",
        "label": MADE_UP,
        "model_id": MODEL,
        "tokenizer_id": MODEL,
        "num_prompts": fields["completed"],
        "request_rate": "inf",
        **fields,
        "failed": 0,
        "total_token_throughput": tokens / fields["duration"],
    }
    return json.dumps(record, indent=1) + "\n"


def sglang(server: Server, users: int) -> str:
    """A line of SGLang's ``bench_serving``."""
    fields = run(server, users)
    incoming = fields["total_input_tokens"] / fields["duration"]
    record = {
        "tag": MADE_UP,
        "backend": "sglang",
        "dataset_name": "random",
        "request_rate": "inf",
        "random_input_len": TOKENS_IN,
        "random_output_len": TOKENS_OUT,
        "random_range_ratio": 1.0,
        "server_info": {"model_path": MODEL},
        **fields,
        "input_throughput": incoming,
        "total_throughput": incoming + fields["output_throughput"],
        "concurrency": float(users),
        "accept_length": None,
    }
    return json.dumps(record) + "\n"


def files() -> Iterator[tuple[str, str]]:
    """Name and text of every file."""
    for users in (4, 16, 64, 128, 256):
        yield f"h200_vllm/concurrency_{users:03}.json", vllm(H200, users)
    for name, server in (("fp8", GB300_FP8), ("fp4", GB300_FP4)):
        lines = (sglang(server, users) for users in (16, 64, 256, 512, 1024))
        yield f"gb300_sglang_{name}.jsonl", "".join(lines)


if __name__ == "__main__":
    for name, text in files():
        path = Path(__file__).parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
