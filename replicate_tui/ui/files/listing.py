"""The rows of the place of files, without a screen: what is under way, then what the service has."""

from datetime import UTC, datetime
from typing import Final, TypeAlias

from replicate_tui.services.upload_views import Upload, UploadedFile, UploadState
from replicate_tui.services.views import Aged
from replicate_tui.ui import wording
from replicate_tui.ui.screens.collections import matches

EMPTY: Final = "No uploaded files. n uploads one; files expire after 24 hours."
_NOTHING_FITS: Final = "Nothing matches the filter; esc takes it off."
#: Orders to go through: name and words.
_SORTS: Final = (
    ("newest", "newest first"),
    ("name", "by name"),
    ("size", "largest first"),
    ("expiry", "soonest to expire first"),
)

FileRow: TypeAlias = Upload | UploadedFile


def row_key(row: FileRow) -> tuple[str, str | int]:
    return ("upload", row.number) if isinstance(row, Upload) else ("file", row.id)


class FileListing:
    """`answer` is what the service said last, `uploads` what is on its way; `words` is the filter."""

    def __init__(self) -> None:
        self.answer: Aged[tuple[UploadedFile, ...]] | None = None
        self.uploads: tuple[Upload, ...] = ()
        self.words = ""
        self._sort = 0

    @property
    def files(self) -> tuple[UploadedFile, ...]:
        return self.answer.value if self.answer else ()

    def next_sort(self) -> None:
        self._sort = (self._sort + 1) % len(_SORTS)

    def rows(self) -> list[FileRow]:
        """Return the rows that match the filter, uploads on top."""
        uploads = [upload for upload in self.uploads if matches(self.words, upload.name)]
        files = [file for file in self.files if matches(self.words, file.name, file.content_type, file.sha256, file.id)]
        return [*uploads, *self._sorted(files)]

    def empty_text(self) -> str:
        """Say why there is no row, and which key helps."""
        if self.answer is None:
            return "Reading …"
        return _NOTHING_FITS if self.words and (self.files or self.uploads) else EMPTY

    def facts(self, shown: int, marked: int) -> str:
        """Say how many there are, how large, and in which order."""
        known = len(self.files) + len(self.uploads)
        parts = [f"{marked} marked"] if marked else []
        if going := sum(upload.state is not UploadState.FAILED for upload in self.uploads):
            parts.append(f"{going} uploading")
        parts.append(wording.count(known) if shown == known else f"{wording.count(shown)} of {wording.count(known)}")
        if total := sum(file.size or 0 for file in self.files):
            parts.append(wording.size(total))
        return " · ".join([*parts, _SORTS[self._sort][1]])

    def _sorted(self, files: list[UploadedFile]) -> list[UploadedFile]:
        oldest = datetime.min.replace(tzinfo=UTC)
        match _SORTS[self._sort][0]:
            case "name":
                return sorted(files, key=lambda file: file.name.casefold())
            case "size":
                return sorted(files, key=lambda file: -(file.size or 0))
            case "expiry":
                return sorted(files, key=lambda file: file.expires_at or datetime.max.replace(tzinfo=UTC))
            case _:
                return sorted(files, key=lambda file: file.created_at or oldest, reverse=True)
