"""A run as JavaScript, with the official `replicate` package."""

from replicate_tui.services.snippets.literals import JAVASCRIPT, Source, json_text, literal
from replicate_tui.services.snippets.run import Run


def javascript(run: Run) -> str:
    values = run.input(lambda path, _: Source(f"await readFile({json_text(path)})"))
    lines = ['import Replicate from "replicate";']
    if run.files:
        lines.append('import { readFile } from "node:fs/promises";')
    base = "" if run.is_official_service else f"{{ baseUrl: {json_text(run.base_url)} }}"
    lines += ["", f"const replicate = new Replicate({base}); // reads the token from REPLICATE_API_TOKEN"]
    if run.options.cancel_after:
        lines.append(
            f"// This client sends no deadline; the run was to end after {json_text(run.options.cancel_after)}."
        )
    options = literal({"input": values, **run.webhook()}, JAVASCRIPT)
    if run.options.deployment:
        owner, _, name = run.options.deployment.partition("/")
        place = f"{json_text(owner)}, {json_text(name)}"
        lines += [
            f"const created = await replicate.deployments.predictions.create({place}, {options});",
            "const prediction = await replicate.wait(created);",
            "console.log(prediction.output);",
        ]
    else:
        lines += [
            f"const output = await replicate.run({json_text(run.reference)}, {options});",
            "console.log(output);",
        ]
    return "\n".join(lines)
