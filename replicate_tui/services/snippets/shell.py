"""A run as commands of a shell: curl, and Replicate's own command."""

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from replicate_tui.schema.coerce import scalar_text
from replicate_tui.services.snippets.literals import HERE_JSON, SHELL_JSON, Notation, Source, json_text, literal
from replicate_tui.services.snippets.run import Run

#: Linux takes at most 128 kB in one argument of a command.
_MAX_ARGUMENT: Final = 100_000
_HEADING: Final = "# Replicate's own command; it reads the token from REPLICATE_API_TOKEN."


def curl(run: Run) -> str:
    """Write a request with curl, after an upload for each local file."""
    headers = ["Content-Type: application/json", "Prefer: wait"]
    if run.options.cancel_after:
        headers.append(f"Cancel-After: {run.options.cancel_after}")
    lines = [
        f"curl {shlex.quote(f'{run.base_url}/{_path(run)}')}",
        '--header "Authorization: Bearer $REPLICATE_API_TOKEN"',
        *(f"--header {shlex.quote(header)}" for header in headers),
        _data(run),
    ]
    uploads = [_curl_upload(run.base_url, path, number) for number, path in enumerate(run.files, 1)]
    return "\n".join([*uploads, " \\\n  ".join(lines)])


def _path(run: Run) -> str:
    owner, _, name = (run.options.deployment or run.request.model).partition("/")
    place = f"{quote(owner, safe='')}/{quote(name, safe='')}"
    if run.options.deployment:
        return f"deployments/{place}/predictions"
    return "predictions" if run.version else f"models/{place}/predictions"


def _data(run: Run) -> str:
    """Pass the body between single quotes, or as a here-document where it is too long for an argument."""
    body = _body(run, SHELL_JSON, lambda number: f'"\'"$FILE_{number}"\'"')
    if len(body.encode()) <= _MAX_ARGUMENT:
        return f"--data '{body}'"
    body = _body(run, HERE_JSON, lambda number: f'"$FILE_{number}"')
    return f"--data-binary @- <<JSON\n{body}\nJSON"


def _body(run: Run, notation: Notation, variable: Callable[[int], str]) -> str:
    version = {"version": run.version} if run.version and not run.options.deployment else {}
    values = run.input(lambda _, number: Source(variable(number)))
    return literal({**version, "input": values, **run.webhook()}, notation)


def _curl_upload(base_url: str, path: str, number: int) -> str:
    """Upload a file and keep its URL in a variable; the form's own quoting goes inside the shell's."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    part = f'content=@"{escaped}"'
    return (
        f"FILE_{number}=$(curl {shlex.quote(f'{base_url}/files')} \\\n"
        '  --header "Authorization: Bearer $REPLICATE_API_TOKEN" \\\n'
        f"  --form {shlex.quote(part)} |\n"
        """  sed -n 's/.*"get": *"\\([^"]*\\)".*/\\1/p')"""
    )


def command(run: Run) -> str:
    """Write a call of the `replicate` command; it has no way to say some things, and then the reason is given."""
    values = run.input(lambda path, _: Source(f"@{path}"))
    words: list[str] = []
    reasons = _not_for_the_command(run)
    for name, value in values.items():
        word = _command_word(name, value)
        if word is None:
            reasons.append(f"the input {json_text(name)}")
        else:
            words.append(shlex.quote(word))
    if reasons:
        return f"# The replicate command cannot express {', '.join(reasons)}: use curl."
    call = " \\\n  ".join([f"replicate run {shlex.quote(run.reference)}", *words])
    return "\n".join([_HEADING, *_left_out(run), call])


def _not_for_the_command(run: Run) -> list[str]:
    reasons = []
    if run.options.deployment:
        reasons.append("a deployment")
    if not run.is_official_service:
        reasons.append("another service")
    return reasons


def _left_out(run: Run) -> list[str]:
    options = {"webhook": run.options.webhook, "deadline": run.options.cancel_after}
    return [f"# It has no option for the {name}." for name, value in options.items() if value]


def _command_word(name: str, value: object) -> str | None:
    """Return name=value, or None for what the command would read otherwise (a leading @, {{…}}, an object)."""
    if not name or "=" in name or name.startswith("-"):
        return None
    if isinstance(value, Source):
        return f"{name}={value.text}"
    if isinstance(value, list) and not any(isinstance(part, Source | Mapping) for part in value):
        text = json.dumps(value)
    else:
        text = scalar_text(value) or ""
        if text == "" and value != "":
            return None
    if text.startswith("@") or "{{" in text or not text.replace("\n", " ").isprintable():
        return None
    return f"{name}={text}"
