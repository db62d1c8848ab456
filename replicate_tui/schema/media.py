"""Kinds of files by extension, media type and first bytes."""

import base64
import binascii
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit


class OutputKind(StrEnum):
    """How an output is shown."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    MODEL3D = "3D model"
    ARCHIVE = "archive"
    FILE = "file"
    JSON = "JSON"


_KINDS: Final[Mapping[OutputKind, str]] = {
    OutputKind.IMAGE: "png jpg jpeg webp gif bmp tif tiff avif svg heic ico",
    OutputKind.AUDIO: "wav mp3 flac ogg oga opus m4a aac aiff mid midi",
    OutputKind.VIDEO: "mp4 webm mov mkv avi m4v mpg mpeg",
    OutputKind.MODEL3D: "glb gltf obj ply stl usdz fbx splat off",
    OutputKind.ARCHIVE: "zip tar gz tgz bz2 xz zst 7z rar",
}
_KIND_OF_EXTENSION: Final = {f".{ending}": kind for kind, endings in _KINDS.items() for ending in endings.split()}

_EXTENSION_OF_MEDIA: Final[Mapping[str, str]] = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/x-tar": ".tar",
    "application/zip": ".zip",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "image/avif": ".avif",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "model/gltf-binary": ".glb",
    "model/obj": ".obj",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
}

#: First bytes, at an offset, of the file types that models give back.
_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (8, b"WEBP", ".webp"),
    (8, b"WAVE", ".wav"),
    (4, b"ftypavif", ".avif"),
    (4, b"ftypM4A", ".m4a"),
    (4, b"ftypqt", ".mov"),
    (4, b"ftyp", ".mp4"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (0, b"ID3", ".mp3"),
    (0, b"\xff\xfb", ".mp3"),
    (0, b"fLaC", ".flac"),
    (0, b"OggS", ".ogg"),
    (0, b"glTF", ".glb"),
    (0, b"PK\x03\x04", ".zip"),
    (0, b"\x1f\x8b", ".gz"),
    (0, b"%PDF-", ".pdf"),
    (257, b"ustar", ".tar"),
)

_EXTENSION: Final = re.compile(r"\.[a-z0-9]{1,8}")


def kind_of_extension(extension: str) -> OutputKind:
    """Return the kind of a file by its extension (with the dot, any case)."""
    return _KIND_OF_EXTENSION.get(extension.lower(), OutputKind.FILE)


def extension_of_media_type(media_type: str) -> str:
    """Return the usual extension of a media type, parameters ignored, or "" for an unknown one."""
    return _EXTENSION_OF_MEDIA.get(media_type.partition(";")[0].strip().lower(), "")


def sniff_extension(head: bytes) -> str:
    """Return the extension that the first bytes of a file call for, or "" when they are of no known type."""
    for offset, magic, extension in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return extension
    return ""


def extension_of_url(url: str) -> str:
    """Return the extension a URL or data URI suggests, with its dot and in lower case, or ""."""
    if url[:5].lower() == "data:":
        return _extension_of_data(url)
    try:
        name = unquote(urlsplit(url).path).rsplit("/", 1)[-1].lower()
    except ValueError:
        return ""
    _, dot, ending = name.rpartition(".")
    return dot + ending if _EXTENSION.fullmatch(dot + ending) else ""


def _extension_of_data(uri: str) -> str:
    # The stated type is often wrong (webp as octet-stream), so the bytes are asked first.
    header, _, body = uri[5:2_048].partition(",")
    media_type, *parameters = header.split(";")
    if "base64" in (parameter.strip().lower() for parameter in parameters):
        try:
            sniffed = sniff_extension(base64.b64decode(body[:400], validate=True))
        except (binascii.Error, ValueError):
            sniffed = ""
        if sniffed:
            return sniffed
    return extension_of_media_type(media_type)
