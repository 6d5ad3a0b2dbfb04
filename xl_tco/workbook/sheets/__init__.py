"""The sheets of a workbook, each described by one module."""
