"""What importing the services loads: nothing heavy, so that the first paint waits for nothing."""

import subprocess
import sys
from pathlib import Path

import replicate_tui.services

HEAVY = ("httpx", "pydantic", "PIL", "textual", "rich", "starlette", "uvicorn", "replicate_tui.api.client")


def test_no_service_loads_the_client_or_the_interface() -> None:
    folder = Path(replicate_tui.services.__file__).parent
    names = [
        f"replicate_tui.services.{path.relative_to(folder).with_suffix('').as_posix().replace('/', '.')}"
        for path in sorted(folder.rglob("*.py"))
        if path.name != "__init__.py"
    ]
    assert len(names) > 20
    script = f"""
import importlib, sys
for name in {names!r}:
    importlib.import_module(name)
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else 0)
"""
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
