"""What is known of the data a training is to be sent: folders are counted, zips are looked into."""

from pathlib import Path

from replicate_tui.services.training_data import DataFacts, DataProblem, look_at
from replicate_tui.ui import wording
from replicate_tui.ui.form.file_facts import FileFact, is_folder, local_fact


def data_fact(text: str) -> FileFact:
    """Return the fact about a path; touches the disk."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        return local_fact(text)
    folder = is_folder(path)
    if not folder and path.suffix.lower() != ".zip":
        return local_fact(text)
    try:
        return FileFact(data_words(look_at(path), is_folder=folder))
    except DataProblem as problem:
        return FileFact(problem=str(problem))
    except (OSError, ValueError):
        return local_fact(text)


def data_words(facts: DataFacts, *, is_folder: bool) -> str:
    """Return "24 pictures, 24 captions, 31 MB, sent as a zip"."""
    parts = [wording.plural(facts.images, "picture")] if facts.images else [wording.plural(facts.files, "file")]
    if facts.images and facts.captions:
        parts.append(wording.plural(facts.captions, "caption"))
    if not facts.images:
        parts.append("no pictures")
    return ", ".join([*parts, wording.size(facts.size), *["sent as a zip"] * is_folder])
