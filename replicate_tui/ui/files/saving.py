"""Has uploaded files back: from the copies on this machine, or by signed links, each checked before it is there."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.upload_views import UploadedFile, link_of
from replicate_tui.text import clean_line
from replicate_tui.ui import messages, wording

if TYPE_CHECKING:
    from replicate_tui.ui.screens.base import HouseScreen


class FileSaving:
    """`told` is called with what went wrong ("" for nothing), `progress` with how far it is ("" at the end)."""

    def __init__(self, screen: "HouseScreen", told: Callable[[str], None], progress: Callable[[str], None]) -> None:
        self._screen = screen
        self._uploads = screen.house.services.uploads
        self._told = told
        self._progress = progress

    async def save_one(self, file: UploadedFile) -> None:
        """Ask where to save a file, and save it; raises ServiceProblem."""
        from replicate_tui.ui.modals.download import DownloadDialog

        copy = await self._uploads.local_copy(file)
        heading, name = f"Save {file.name} as", file.name.replace("/", "-")
        dialog = DownloadDialog(heading, name, lacking=int(copy is None), copy=copy)
        wish = await self._screen.app.push_screen_wait(dialog)
        if wish is None:
            return
        saved = await self._save(file, wish.target, wish.links)
        checked = "; its checksum is right" if file.sha256 else "; the service told no checksum to compare it by"
        self._say(f"Saved {clean_line(str(saved), 400)}{checked}.")
        self._told("")

    async def save_several(self, files: Sequence[UploadedFile], done: Callable[[], None]) -> None:
        """Ask for a folder, and links where copies are lacking; save what can be, and say of the rest why not."""
        from replicate_tui.ui.modals.download import DownloadDialog

        copies = [await self._uploads.local_copy(file) for file in files]
        lacking = sum(copy is None for copy in copies)
        dialog = DownloadDialog(f"Save {wording.plural(len(files), 'file')}", "", files=len(files), lacking=lacking)
        wish = await self._screen.app.push_screen_wait(dialog)
        if wish is None:
            return
        folder = wish.target
        if not await asyncio.to_thread(folder.is_dir):
            self._told(f"Not saved: {clean_line(str(folder), 400)} is no folder.")
            return
        problems = []
        for number, (file, copy) in enumerate(zip(files, copies, strict=True), 1):
            link = "" if copy else link_of(wish.links, file)
            try:
                await self._save(file, folder, link, f"{number} of {len(files)}  ")
            except ServiceProblem as problem:
                problems.append(f"{file.name}: {problem}")
        self._say_sums(files, folder, len(problems))
        self._told(problems[0] if problems else "")
        if not problems:
            done()

    def _say_sums(self, files: Sequence[UploadedFile], folder: Path, failed: int) -> None:
        saved = len(files) - failed
        checked = "; checksums are right" if saved and all(file.sha256 for file in files) else ""
        sums = f"{saved} of {wording.plural(len(files), 'file')}"
        self._say(f"Saved {sums} in {clean_line(str(folder), 400)}{checked}.")

    async def _save(self, file: UploadedFile, target: Path, link: str, which: str = "") -> Path:
        def progress(come: int) -> None:
            of = f" of {wording.size(file.size)}" if file.size else ""
            share = f"  {min(1.0, come / file.size):.0%}" if file.size else ""
            self._progress(f"↓ {which}{file.name}  {wording.size(come)}{of}{share}")

        if link:
            progress(0)
        try:
            return await self._uploads.download(file, target, link, progress)
        finally:
            self._progress("")

    def _say(self, text: str) -> None:
        self._screen.app.post_message(messages.Say(text))
