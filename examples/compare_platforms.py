"""Every platform of the catalog at one throughput, compared, from Python.

python examples/compare_platforms.py   (needs pandas)
"""

from xl_tco import compare, platforms

# Rented for three years, IT power: the newest figures of each platform.
table = platforms().rename(
    columns={"cost_per_gpu_hour rental_3yr": "cost_per_gpu_hour", "kw_per_gpu it": "kw_per_gpu"}
)[["platform", "cost_per_gpu_hour", "kw_per_gpu"]]

# Your own measurements go here; the same for all shows what the price of hardware does alone.
table["tokens_per_second_per_gpu"] = 1_000.0
table["utilization"] = 0.6
table["pue"] = 1.3

compared = compare(table).set_index("platform")
columns = ["cost_per_mtok", "tokens_per_mw", "joules_per_token", "relative_cost_per_mtok"]
print(f"Relative to {compared.index[0]}, the first row")
print(compared[columns].sort_values("cost_per_mtok").round(3).to_string())
