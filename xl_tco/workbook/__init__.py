"""Workbooks: described as frozen models, laid out, written by openpyxl, finished on the zip."""
