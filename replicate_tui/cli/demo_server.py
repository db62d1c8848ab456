"""The verb `demo-server`: Replicate's API on this machine, until interrupted or while a command runs."""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from replicate_tui.demo.catalogue import COLLECTIONS, MODELS
from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.folder import Address, StateFolder
from replicate_tui.demo.foreign import FOREIGN_ADDRESS
from replicate_tui.demo.service import DemoService, DemoSettings
from replicate_tui.demo.serving import serving

_USAGE_ERROR, _CANNOT_SERVE = 2, 1
# What a shell answers for a command it cannot start, and adds to the number of the signal that ended one.
_CANNOT_EXECUTE, _NOT_FOUND, _KILLED = 126, 127, 128
_NO_FOREIGN_HOST = (
    f"no foreign host: this machine has no address {FOREIGN_ADDRESS}"
    f" (on macOS, sudo ifconfig lo0 alias {FOREIGN_ADDRESS} adds it)"
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(options: argparse.Namespace) -> int:
    """Serve and return the exit code: the command's own where there is one, else 0 when told to stop."""
    rules: list[FaultRule] = []
    if options.fault:
        from replicate_tui.demo.fault_file import FaultFileError, read_rules

        try:
            rules = read_rules(options.fault)
        except (FaultFileError, OSError) as error:
            return _refuse(str(error), _USAGE_ERROR)
    settings = DemoSettings(
        folder=options.data,
        speed=options.speed,
        seed=options.seed,
        port=options.port,
        rate_limits=not options.no_rate_limits,
        faults=tuple(rules),
        request_log=options.log,
        has_control=options.print_json,
        # Rules may name it, and who speaks JSON may read what reached it.
        has_foreign_host=options.print_json or bool(rules),
    )
    try:
        return asyncio.run(_serve(settings, options))
    except OSError as error:
        return _refuse(str(error), _CANNOT_SERVE)


async def _serve(settings: DemoSettings, options: argparse.Namespace) -> int:
    signals = _Signals()
    folder = StateFolder(settings.folder) if settings.folder else None
    if folder is not None and not folder.try_lock():
        raise OSError(f"{folder.path} is in use by another demo service")
    last = folder.read_address() if folder else None
    if last is not None and not settings.port and _is_free(last.port):
        # Whoever kept the address of the last start goes on with it.
        settings = replace(settings, port=last.port)
    async with serving(settings, MODELS, COLLECTIONS) as service:
        address = Address(f"{service.origin}/v1", service.token)
        if folder is not None:
            folder.write_address(address)
        if options.env_file is not None:
            _write_private(options.env_file, _exports(address))
        sys.stdout.write(_line_of(address, service) if options.print_json else _exports(address))
        sys.stdout.flush()
        if settings.has_foreign_host and not service.foreign_url:
            sys.stderr.write(f"replicate-tui: {_NO_FOREIGN_HOST}\n")
        if not options.command:
            await signals.stopping.wait()
            return 0
        return await _run_command(options.command, address, signals)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


class _Signals:
    """Hears the signals that end the service: they stop it, or go on to the command it serves."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._command: Process | None = None
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._hear, number)

    def pass_on_to(self, command: Process) -> None:
        self._command = command

    def _hear(self, number: signal.Signals) -> None:
        self.stopping.set()
        # A key pressed in the terminal has reached the command as well: sent again, it would count as a second one.
        if self._command is not None and not (number == signal.SIGINT and _owns_terminal()):
            with suppress(ProcessLookupError):
                self._command.send_signal(number)


def _owns_terminal() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


async def _run_command(command: Sequence[str], address: Address, signals: _Signals) -> int:
    variables = {"REPLICATE_BASE_URL": address.base_url, "REPLICATE_API_TOKEN": address.token}
    if signals.stopping.is_set():
        return _KILLED + signal.SIGTERM
    try:
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | variables)
    except FileNotFoundError:
        return _refuse(f"{command[0]}: command not found", _NOT_FOUND)
    except OSError as error:
        return _refuse(f"{command[0]}: {error.strerror}", _CANNOT_EXECUTE)
    signals.pass_on_to(process)
    code = await process.wait()
    return code if code >= 0 else _KILLED - code


def _exports(address: Address) -> str:
    return f"export REPLICATE_BASE_URL={address.base_url}\nexport REPLICATE_API_TOKEN={address.token}\n"


def _line_of(address: Address, service: DemoService) -> str:
    control = {"control_url": service.control_url, "control_token": service.control_token}
    return json.dumps(asdict(address) | control | {"foreign_url": service.foreign_url}) + "\n"


def _write_private(path: Path, text: str) -> None:
    """Write `text` where only its owner may read it, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    part.replace(path)


def _refuse(reason: str, code: int) -> int:
    sys.stderr.write(f"replicate-tui: {reason}\n")
    return code
