"""Runs the cells of a file, each as a program of its own, and prints how each ended as one JSON object.

Runs in a client's own environment, which has nothing of ours: usage `python run_cells.py FILE`. A cell begins with
`# %% name`; what stands before the first one is put before each.
"""

import contextlib
import io
import json
import re
import sys
import traceback
from pathlib import Path

_CELL = re.compile(r"^# %% (.+)\n", re.MULTILINE)


def main() -> None:
    path = Path(sys.argv[1])
    preamble, *parts = _CELL.split(path.read_text(encoding="utf-8"))
    ends: dict[str, str | None] = {}
    for name, code in zip(parts[::2], parts[1::2], strict=True):
        ends[name] = None
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(preamble + code, f"{path.name}: {name}", "exec"), {"__name__": "__main__"})
        except Exception:  # noqa: BLE001 (whatever a cell raises is its result)
            ends[name] = traceback.format_exc()
    print(json.dumps(ends))


if __name__ == "__main__":
    main()
