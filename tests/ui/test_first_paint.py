"""What stands between the command and the first screen: Textual, our own modules, and nothing heavy."""

import subprocess
import sys

import pytest

#: Everything the first place is made of, imported as the command line does it.
PROGRAM = """
import sys
import replicate_tui.cli.main, replicate_tui.cli.launch, replicate_tui.cli.composition
import replicate_tui.ui.app, replicate_tui.ui.screens.search
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize("library", ["httpx", "pydantic", "PIL", "sqlite3", "starlette", "uvicorn", "pygments"])
def test_the_first_screen_loads_no(library: str, loaded: set[str]) -> None:
    assert "replicate_tui.ui.screens.search" in loaded
    assert library not in loaded


@pytest.mark.parametrize("module", ["services.bundle", "store.records", "schema.fields", "api", "demo"])
def test_the_first_screen_leaves_for_later(module: str, loaded: set[str]) -> None:
    assert f"replicate_tui.{module}" not in loaded


def test_the_version_is_told_without_any_library() -> None:
    program = "import sys; sys.argv = ['replicate-tui', '--version']\nfrom replicate_tui.__main__ import main\nmain()\n"
    program += "print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    version, modules = done.stdout.splitlines()
    assert version.startswith("replicate-tui ")
    assert not {"argparse", "textual", "asyncio", "platformdirs"} & set(modules.split())
