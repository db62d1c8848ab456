"""How uploaded files and uploads look: as rows, and as facts beside the list."""

from datetime import UTC, datetime
from typing import Final

from textual.content import Content

from replicate_tui.services.upload_views import LocalCopy, Upload, UploadedFile, UploadState
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit
from replicate_tui.ui.widgets.run_facts import FactGroup, fact_lines

_SIZE_CELLS: Final = 8
_TIME_CELLS: Final = 17
_SHA_CELLS: Final = 8
_TYPE_CELLS: Final = 26
_BAR_CELLS: Final = 40
#: From here on the countdown is a warning.
_SOON_SECONDS: Final = 3_600


def expiry_words(moment: datetime | None, now: datetime | None = None) -> str:
    """Say how long a file is still there: expires in 23 h, in 12 min, in <1 min; expired; "" when it is not told."""
    if moment is None:
        return ""
    left = (moment - (now or datetime.now(UTC))).total_seconds()
    if left <= 0:
        return "expired"
    if left < 60:
        return "expires in <1 min"
    return f"expires in {left // 3600:.0f} h" if left >= _SOON_SECONDS else f"expires in {left // 60:.0f} min"


def expiry_content(moment: datetime | None, now: datetime | None = None) -> Content:
    words = expiry_words(moment, now)
    if moment is None or words == "expired":
        return Content.styled(words, "$text-muted")
    is_soon = (moment - (now or datetime.now(UTC))).total_seconds() < _SOON_SECONDS
    return Content.styled(words, "$text-warning" if is_soon else "")


def file_lines(file: UploadedFile, width: int, *, now: datetime | None = None) -> tuple[Content, Content]:
    """Return the two lines of a file: name, size, countdown; type, checksum in short, age."""
    room = max(8, width - _SIZE_CELLS - _TIME_CELLS - 3)
    name = Content.styled(file.name, "$text-muted" if file.is_expired(now) else "bold")
    first = Content.assemble(
        fit(name, room),
        " ",
        wording.size(file.size).rjust(_SIZE_CELLS),
        "  ",
        _right(expiry_content(file.expires_at, now)),
    )
    kind = fit(Content(file.content_type or "type unknown"), min(_TYPE_CELLS, max(8, room - _SHA_CELLS - 9)))
    checksum = f"  sha256 {file.sha256[:_SHA_CELLS]}" if file.sha256 else ""
    about = fit(Content.styled(f"{kind}{checksum}", "$text-muted"), room)
    age = Content.styled(wording.age(file.created_at, now), "$text-muted")
    return first, Content.assemble(about, " " * (_SIZE_CELLS + 3), _right(age))


def upload_lines(upload: Upload, width: int) -> tuple[Content, Content]:
    """Return the two lines of an upload: its name and how much of it is sent; a bar, or why it did not arrive."""
    right = _SIZE_CELLS + _TIME_CELLS + 3
    is_failed = upload.state is UploadState.FAILED
    mark = Content.styled("✗ ", "$text-error") if is_failed else Content.styled("↑ ", "$text-primary")
    name = fit(Content.assemble(mark, Content.styled(upload.name, "bold")), max(8, width - right))
    if is_failed:
        told = Content.styled("not uploaded", "$text-error")
        problem = Content.styled(upload.problem, "$text-error").truncate(max(8, width - 1), ellipsis=True)
        return Content.assemble(name, _right(told, right)), problem
    if upload.state is UploadState.WAITING:
        words = Content.styled("waiting for its turn", "$text-muted")
        return Content.assemble(name, _right(words, right)), Content.styled("─" * _BAR_CELLS, "$text-disabled")
    share = f"{wording.size(upload.sent)} of {wording.size(upload.size)}" if upload.size else "reading it"
    return Content.assemble(name, _right(Content(share), right)), _bar(upload.share)


def _bar(share: float) -> Content:
    done = round(_BAR_CELLS * share)
    return Content.assemble(
        Content.styled("━" * done, "$primary"),
        Content.styled("─" * (_BAR_CELLS - done), "$text-disabled"),
        f" {share:4.0%}",
    )


def file_groups(file: UploadedFile, copy: LocalCopy | None = None) -> list[FactGroup]:
    """Return all that is known of a file; `copy` is what lies on this machine."""
    facts = {
        "type": file.content_type or "unknown",
        "size": f"{wording.size(file.size)}  {wording.count(file.size)} bytes" if file.size is not None else "unknown",
        "uploaded": _moment(file.created_at, wording.age(file.created_at)),
        "expires": _moment(file.expires_at, expiry_words(file.expires_at).removeprefix("expires ")),
        "id": file.id,
    }
    place = clean_line(str(copy.path), 400) if copy else "none known on this machine"
    places = {"URL": file.url or "not told", "copy": place, "checksum": _verdict(copy)}
    sums = {"sha256": file.sha256 or "not told", "md5": file.md5}
    return [
        ("", facts, ""),
        ("Metadata", dict(file.metadata), ""),
        ("Where", {name: words for name, words in places.items() if words}, ""),
        ("Checksums", {name: value for name, value in sums.items() if value}, ""),
    ]


def _verdict(copy: LocalCopy | None) -> str:
    if copy is None:
        return ""
    return "✓ the copy is the same" if copy.is_same else "✗ the file there is another now"


def file_facts(file: UploadedFile, copy: LocalCopy | None, width: int) -> list[Content]:
    """Return the lines of the pane beside the list, below the name."""
    return [Content(""), *fact_lines(file_groups(file, copy), width)]


def _moment(moment: datetime | None, words: str) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}  {words}" if moment else "unknown"


def _right(content: Content, width: int = _TIME_CELLS) -> Content:
    if content.cell_length > width:
        content = content.truncate(width, ellipsis=True)
    return Content.assemble(" " * (width - content.cell_length), content)
