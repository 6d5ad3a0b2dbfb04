"""Cost per million tokens over a grid of GPU-hour costs and throughputs, from Python.

python examples/sensitivity.py   (needs NumPy and pandas)
"""

import numpy as np
import pandas as pd

from xl_tco import cost_per_mtok

costs = np.array([1.5, 2.0, 2.5, 3.0])
throughputs = np.array([500.0, 1_000.0, 2_000.0, 4_000.0])

grid = cost_per_mtok(costs[:, np.newaxis], throughputs[np.newaxis, :], utilization=0.6)

print("USD per million tokens")
print(
    pd.DataFrame(
        grid,
        index=pd.Index(costs, name="USD/GPU-h"),
        columns=pd.Index(throughputs, name="tok/s/GPU"),
    ).round(3)
)
