"""Makes every fault at full length and prints what came of it: runs, fails, what 19 in 20 did not exceed, the seed."""

import argparse
import asyncio
import secrets
import sys
import tempfile
import traceback
from pathlib import Path

from tests.reliability.row import Result, Row
from tests.reliability.rows import ROWS

HEADINGS = f"{'row':5} {'fault':58} {'runs':>6} {'fails':>5} {'p95':>9} {'limit':>8}  {'seed':>10}"


def main() -> int:
    arguments = _arguments()
    chosen = [row for row in ROWS if not arguments.rows or row.id in arguments.rows]
    if unknown := set(arguments.rows) - {row.id for row in chosen}:
        sys.exit(f"There is no row {', '.join(sorted(unknown))}; there are {', '.join(row.id for row in ROWS)}.")
    print(HEADINGS, flush=True)
    all_met = True
    for row in chosen:
        if lack := row.missing():
            print(f"{row.id:5} {row.fault:58} skipped: {lack}", flush=True)
            continue
        count = arguments.count or (row.short if arguments.short else row.long)
        with tempfile.TemporaryDirectory(prefix=f"reliability-{row.id}-", ignore_cleanup_errors=True) as folder:
            result = asyncio.run(row.run(count, arguments.seed, Path(folder)))
        _tell(result, verbose=arguments.verbose)
        all_met = all_met and result.is_met
    return 0 if all_met else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help="ids of rows, such as B1; all of them when none is given"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=secrets.randbelow(10**6),
        help="makes the same faults again; another one each time by default",
    )
    parser.add_argument("--count", type=int, help="so many trials of each row instead of its own number")
    parser.add_argument("--short", action="store_true", help="as few trials as the tests make")
    parser.add_argument("--verbose", action="store_true", help="show every failure whole, not the first line of one")
    return parser.parse_args()


def _tell(result: Result, *, verbose: bool) -> None:
    row: Row = result.row
    p95 = "" if result.p95 is None else f"{result.p95:.3f} {row.unit}"
    limit = "" if row.limit is None else f"{row.limit:g} {row.unit}"
    mark = "" if result.is_met else "  not met"
    figures = f"{len(result.trials):6} {len(result.failures):5} {p95:>9} {limit:>8}  {result.seed:10}"
    print(f"{row.id:5} {row.fault:58} {figures}{mark}  ({result.seconds:.0f} s)", flush=True)
    for trial in result.failures if verbose else result.failures[:1]:
        failure = trial.failure
        assert failure is not None
        told = "".join(traceback.format_exception(failure)) if verbose else repr(failure).split("\n")[0][:160]
        print(f"      trial {trial.number}: {told}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
