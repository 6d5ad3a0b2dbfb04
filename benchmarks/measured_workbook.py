"""What a workbook of many measurements costs: seconds, memory, bytes, and LibreOffice's opening.

python benchmarks/measured_workbook.py [10000]

The measurements are made up from a seed, in the shape of InferenceX rows: they say nothing of any
platform.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import count, pairwise, product
from pathlib import Path
from typing import Final

from xl_tco.measured import build_measured
from xl_tco.measurements import Measurement
from xl_tco.measurements.record import Tool

PLATFORMS: Final = ("h100", "h200", "b200", "b300", "gb200", "gb300", "mi300x", "mi355x")
LENGTHS: Final = ((1024, 1024), (1024, 8192), (8192, 1024))
STACKS: Final = (("trt", False), ("sglang", False), ("dynamo-trt", True), ("dynamo-sglang", True))
SEED: Final = 20261124


def made_up(number: int) -> list[Measurement]:
    """So many measurements, always the same."""
    draw = random.Random(SEED)  # noqa: S311
    kinds = list(
        product(
            PLATFORMS, ("model one", "model two"), LENGTHS, ("fp8", "fp4"), STACKS, ("none", "mtp")
        )
    )
    found: list[Measurement] = []
    for place in count():
        if place == number:
            return found
        platform, model, (isl, osl), precision, (stack, disaggregated), speculation = kinds[
            place % len(kinds)
        ]
        interactivity = 10 ** draw.uniform(1, 2.5)
        total = 1e6 * draw.uniform(0.5, 2) / interactivity**1.5
        found.append(
            Measurement(
                tool=Tool.INFERENCEX,
                platform=platform,
                gpus=8,
                model=model,
                precision=precision,
                stack=stack,
                input_tokens=isl,
                output_tokens=osl,
                concurrency=draw.randint(1, 8192),
                total_tokens_per_second_per_gpu=total,
                output_tokens_per_second_per_gpu=total * osl / (isl + osl),
                interactivity=interactivity,
                median_ttft_ms=draw.uniform(50, 5000),
                p99_ttft_ms=draw.uniform(500, 20_000),
                median_tpot_ms=1000 / interactivity,
                p99_tpot_ms=1500 / interactivity,
                speculative_decoding=speculation,
                disaggregated=disaggregated,
                date="2026-11-24",
                source_file="made_up.json",
                position=f"[{place}]",
            )
        )
    return found


def noted(moments: list[tuple[str, float]], stage: str) -> None:
    """Note when a stage began."""
    moments.append((stage, time.perf_counter()))


def main() -> None:
    """Build in the three flavours; convert the native one with LibreOffice where it is."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    measurements = made_up(number)
    for flavour in ("native", "lambda", "addin"):
        moments = [("importing", time.perf_counter())]
        built = build_measured(
            measurements,
            functions=flavour,
            watcher=partial(noted, moments),
        )
        noted(moments, "done")
        stages = [
            f"{stage} {after - before:.1f} s"
            for (stage, before), (_, after) in pairwise(moments[1:])
        ]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{flavour}: {len(measurements):,} measurements, "
            f"{len(built.study.configurations)} configurations, "
            f"{len(built.study.frontier_rows):,} on frontiers; "
            f"{moments[-1][1] - moments[0][1]:.1f} s ({', '.join(stages)}), "
            f"peak {peak:.0f} MB, file {len(built.content) / 1e6:.1f} MB, "
            f"checks {built.values['check_master']}",
            flush=True,
        )
        if flavour == "native":
            opened(built.content)


def opened(content: bytes) -> None:
    """How long LibreOffice takes to start, open, compute and save it again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(content)
        start = time.perf_counter()
        subprocess.run(  # noqa: S603
            [  # noqa: S607
                "soffice",
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                "ods",
                "--outdir",
                folder,
                str(path),
            ],
            check=True,
            capture_output=True,
        )
        print(
            f"  LibreOffice opens and saves it in {time.perf_counter() - start:.1f} s", flush=True
        )


if __name__ == "__main__":
    main()
