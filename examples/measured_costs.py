"""Cost and tokens per MW of benchmark results at several interactivities, from Python.

python examples/measured_costs.py   (needs pandas)

The results are samples that this project made up: examples/benchmarks/README.md.
"""

from pathlib import Path

import pandas as pd

from xl_tco import cost_per_mtok_at, platform_figure, tokens_per_mw_at
from xl_tco.measurements import Given, load_measurements
from xl_tco.measurements.frontier import frame

SAMPLES = Path(__file__).parent / "benchmarks"
INTERACTIVITY = [20, 40, 60, 80, 120]
PUE = {"h200": 1.3, "gb300": 1.1}

# What the files do not say, whoever ran the benchmarks does.
RUNS = {
    "h200_vllm": Given("h200", gpus=8, precision="fp8"),
    "gb300_sglang_fp8.jsonl": Given("gb300", gpus=4, precision="fp8"),
    "gb300_sglang_fp4.jsonl": Given("gb300", gpus=4, precision="fp4"),
}

table = frame(
    run
    for name, given in RUNS.items()
    for run in load_measurements([SAMPLES / name], given).measurements
).rename(columns={"total_tokens_per_second_per_gpu": "tokens_per_second_per_gpu"})

# Rented for three years, IT power: as of November 2026.
for figure, variant in (("cost_per_gpu_hour", "rental_3yr"), ("kw_per_gpu", "it")):
    table[figure] = [platform_figure(key, figure, variant, "2026-11") for key in table["platform"]]
table["pue"] = table["platform"].map(PUE)

configurations = [
    (" ".join(map(str, key)), rows) for key, rows in table.groupby(["platform", "precision"])
]
for title, function, digits in (
    ("USD per million tokens", cost_per_mtok_at, 3),
    ("Tokens per second per MW", tokens_per_mw_at, 0),
):
    found = {name: function(INTERACTIVITY, rows) for name, rows in configurations}
    print(f"{title}, made-up results; NaN: beyond what was measured")
    columns = pd.Index(INTERACTIVITY, name="tok/s/user")
    print(pd.DataFrame.from_dict(found, "index", columns=columns).round(digits).to_string())
