"""Tells from a file's name and its first bytes how wide the numbers in it are."""

from __future__ import annotations

import json
import re

_TENSORS = {"BF16": 2, "F16": 2, "I16": 2, "U16": 2, "F32": 4, "I32": 4, "U32": 4, "F64": 8, "I64": 8, "U64": 8}
_NPY = b"\x93NUMPY"
_NPY_WIDTH = re.compile(rb"'descr': *'[<>=|][fiu]([248])'")


def float_hint(path: bytes, head: bytes) -> int:
    """2, 4 or 8, or 0 where neither name nor header says; it is advice, `encode` measures anyway."""
    if path.endswith(b".safetensors"):
        return _of_safetensors(head)
    if head.startswith(_NPY):
        found = _NPY_WIDTH.search(head[:256])
        return int(found.group(1)) if found else 0
    return 0


def _of_safetensors(head: bytes) -> int:
    """The width of most of the bytes, by the header; of the first kind named where the header is longer than `head`."""
    length = int.from_bytes(head[:8], "little")
    try:
        header = json.loads(head[8 : 8 + length])
        sizes: dict[int, int] = {}
        for name, tensor in header.items():
            if name != "__metadata__":
                width = _TENSORS.get(tensor["dtype"], 0)
                begin, end = tensor["data_offsets"]
                sizes[width] = sizes.get(width, 0) + end - begin
        return max(sizes, key=lambda width: sizes[width], default=0)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        found = re.search(rb'"dtype": ?"(\w+)"', head)
        return _TENSORS.get(found.group(1).decode("ascii"), 0) if found else 0
