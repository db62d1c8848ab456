"""Meshes as files: binary glTF with vertex colours, and Wavefront OBJ. Imported when needed."""

import json
import struct
from collections.abc import Sequence

Vertex = tuple[float, float, float]
Face = tuple[int, int, int]
Colour = tuple[int, int, int]

_FLOAT, _BYTE, _UNSIGNED = 5126, 5121, 5125


def glb(vertices: Sequence[Vertex], colours: Sequence[Colour], faces: Sequence[Face]) -> bytes:
    """Return a GLB file of one mesh."""
    positions = b"".join(struct.pack("<3f", *vertex) for vertex in vertices)
    tints = b"".join(struct.pack("<4B", *colour, 255) for colour in colours)
    indices = b"".join(struct.pack("<3I", *face) for face in faces)
    lows = [min(vertex[axis] for vertex in vertices) for axis in range(3)]
    highs = [max(vertex[axis] for vertex in vertices) for axis in range(3)]
    views, offset = [], 0
    for content, target in ((positions, 34962), (tints, 34962), (indices, 34963)):
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(content), "target": target})
        offset += len(content)
    count = len(vertices)
    document = {
        "asset": {"version": "2.0", "generator": "replicate-tui demo service"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2}]}],
        "buffers": [{"byteLength": offset}],
        "bufferViews": views,
        "accessors": [
            {"bufferView": 0, "componentType": _FLOAT, "count": count, "type": "VEC3", "min": lows, "max": highs},
            {"bufferView": 1, "componentType": _BYTE, "count": count, "type": "VEC4", "normalized": True},
            {"bufferView": 2, "componentType": _UNSIGNED, "count": 3 * len(faces), "type": "SCALAR"},
        ],
    }
    header = json.dumps(document, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 4)
    body = positions + tints + indices
    chunks = struct.pack("<I4s", len(header), b"JSON") + header + struct.pack("<I4s", len(body), b"BIN\0") + body
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def obj(vertices: Sequence[Vertex], faces: Sequence[Face], comment: str) -> bytes:
    """Return an OBJ file; faces count from 0 here and from 1 in the file."""
    lines = [f"# {comment}"]
    lines += [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in vertices]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in faces]
    return ("\n".join(lines) + "\n").encode()


def grid_faces(across: int, down: int, *, closed: bool = False) -> list[Face]:
    """Return two triangles for each cell of a grid of vertices; `closed` joins the last column to the first."""
    faces = []
    for row in range(down - 1):
        for column in range(across if closed else across - 1):
            right = (column + 1) % across
            a, b = row * across + column, row * across + right
            c, d = (row + 1) * across + column, (row + 1) * across + right
            faces += [(a, c, b), (b, c, d)]
    return faces
