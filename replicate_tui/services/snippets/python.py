"""A run as Python, with the official `replicate` package."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.services.snippets.literals import PYTHON, Source, literal, python_text
from replicate_tui.services.snippets.run import Run


def python(run: Run) -> str:
    values = run.input(lambda path, _: Source(f'open({python_text(path)}, "rb")'))
    if run.is_official_service:
        head = "import replicate  # reads the token from REPLICATE_API_TOKEN"
    else:
        head = (
            "from replicate import Replicate\n\n"
            f"replicate = Replicate(base_url={python_text(run.base_url)})  # reads the token from REPLICATE_API_TOKEN"
        )
    arguments: dict[str, Any] = {"input": values, **run.webhook()}
    if run.options.cancel_after:
        arguments["extra_headers"] = {"Cancel-After": run.options.cancel_after}
    if not run.options.deployment and arguments.keys() == {"input"}:
        call = _python_call("output = replicate.run", [python_text(run.reference)], arguments)
        return f"{head}\n\n{call}\nprint(output)"
    if run.options.deployment:
        owner, _, name = run.options.deployment.partition("/")
        function = "replicate.deployments.predictions.create"
        arguments = {"deployment_owner": owner, "deployment_name": name, **arguments}
    else:
        function = "replicate.predictions.create"
        arguments = {"version": run.reference, **arguments}
    call = _python_call(f"prediction = {function}", [], arguments)
    return (
        f"{head}\n\n{call}\nprediction = replicate.predictions.wait(prediction_id=prediction.id)\n"
        "print(prediction.output)"
    )


def _python_call(function: str, positional: list[str], named: Mapping[str, object]) -> str:
    parts = [*positional, *(f"{name}={literal(value, PYTHON, 1)}" for name, value in named.items())]
    return f"{function}(\n" + "".join(f"    {part},\n" for part in parts) + ")"
