"""The workbook of measurements: what each sheet holds, a module a sheet."""
