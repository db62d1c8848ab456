"""What is known of the data a training is to be sent: folders are counted, zips are looked into."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from replicate_tui.services.training_data import DataFacts, DataProblem, look_at
from replicate_tui.ui import wording
from replicate_tui.ui.form.file_facts import FileFact, is_folder, local_fact

#: What trainers take besides zips: tables, texts by the line, archives of other kinds, sound, films.
_OTHER_DATA: Final = frozenset(
    {
        *(".jsonl", ".json", ".csv", ".tsv", ".parquet"),
        *(".tar", ".tgz", ".gz", ".7z"),
        *(".mp3", ".wav", ".flac", ".ogg", ".m4a", ".mp4", ".mov", ".webm"),
    }
)


def data_fact(text: str) -> FileFact:
    """Return the fact about a path; touches the disk."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        return local_fact(text)
    folder = is_folder(path)
    if not folder and path.suffix.lower() != ".zip":
        return _file_fact(text, path)
    try:
        return FileFact(data_words(look_at(path), is_folder=folder))
    except DataProblem as problem:
        return FileFact(problem=str(problem))
    except (OSError, ValueError):
        return local_fact(text)


def _file_fact(text: str, path: Path) -> FileFact:
    fact = local_fact(text)
    if fact.problem or path.suffix.lower() in _OTHER_DATA or zipfile.is_zipfile(path):
        return fact
    # The trainer alone knows what it takes, so this is said and stops nobody.
    return replace(fact, problem="is no zip, which is what trainers mostly take", only_doubtful=True)


def data_words(facts: DataFacts, *, is_folder: bool) -> str:
    """Return "24 pictures, 24 captions, 31 MB, sent as a zip"."""
    parts = [wording.plural(facts.images, "picture")] if facts.images else [wording.plural(facts.files, "file")]
    if facts.images and facts.captions:
        parts.append(wording.plural(facts.captions, "caption"))
    if not facts.images:
        parts.append("no pictures")
    return ", ".join([*parts, wording.size(facts.size), *["sent as a zip"] * is_folder])
