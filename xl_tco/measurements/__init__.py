"""Benchmark results of other tools, read into one record: one module per tool."""

from xl_tco.measurements.asking import Given
from xl_tco.measurements.loading import Imported, load_measurements
from xl_tco.measurements.record import Measurement

__all__ = ["Given", "Imported", "Measurement", "load_measurements"]
