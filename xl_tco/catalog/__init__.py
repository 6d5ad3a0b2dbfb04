"""Dated figures of platforms and their sources, as files, records and validated models."""
