"""Faults that really happen, counted: each row makes one kind of fault many times and reports what came of it.

`pytest tests/reliability` runs every row a few times; `python -m tests.reliability` runs them at full length and prints
the report: row, runs, fails, p95, seed.
"""
