"""GPUs as NVIDIA's own library tells them, by ctypes: nothing has to be installed beside the driver."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

LIBRARY = "libnvidia-ml.so.1"
GOOD, TOO_SMALL = 0, 7
CELSIUS = 0
MIB = 1024 * 1024
NAME_BYTES = 96
_UINT, _HANDLE = ctypes.c_uint, ctypes.c_void_p


class NoLibrary(Exception):
    """Or one that does not work: there is no GPU that we could look at."""


@dataclass(frozen=True)
class Gpu:
    index: int
    name: str
    utilisation: float | None = None
    memory_used_mb: float | None = None
    memory_total_mb: float | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    processes: int | None = None


class _Shares(ctypes.Structure):
    _fields_ = (("gpu", _UINT), ("memory", _UINT))


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


class Nvml:
    """What one GPU does not tell is None; the others are told all the same."""

    def __init__(self, library: str = LIBRARY) -> None:
        try:
            self._library = ctypes.CDLL(library)
            status = self._library.nvmlInit_v2()
        except (OSError, AttributeError) as error:
            raise NoLibrary(str(error)) from error
        if status != GOOD:
            raise NoLibrary(f"the driver says {status}")

    def gpus(self) -> list[Gpu]:
        count = self._number("nvmlDeviceGetCount_v2")
        if count is None:
            raise NoLibrary("the driver does not count its GPUs")
        return [self._gpu(index) for index in range(count)]

    def driver(self) -> str | None:
        said = ctypes.create_string_buffer(NAME_BYTES)
        return _text(said) if self._good("nvmlSystemGetDriverVersion", said, _UINT(NAME_BYTES)) else None

    def cuda_max(self) -> str | None:
        version = ctypes.c_int()
        if not self._good("nvmlSystemGetCudaDriverVersion_v2", ctypes.byref(version)):
            return None
        return f"{version.value // 1000}.{version.value % 1000 // 10}"

    def _gpu(self, index: int) -> Gpu:
        device = _HANDLE()
        if not self._good("nvmlDeviceGetHandleByIndex_v2", _UINT(index), ctypes.byref(device)):
            return Gpu(index, "unknown")
        shares, memory = _Shares(), _Memory()
        has_shares = self._good("nvmlDeviceGetUtilizationRates", device, ctypes.byref(shares))
        has_memory = self._good("nvmlDeviceGetMemoryInfo", device, ctypes.byref(memory))
        power = self._number("nvmlDeviceGetPowerUsage", device)
        return Gpu(
            index,
            self._name(device),
            float(shares.gpu) if has_shares else None,
            round(memory.used / MIB, 1) if has_memory else None,
            round(memory.total / MIB, 1) if has_memory else None,
            _number(self._number("nvmlDeviceGetTemperature", device, _UINT(CELSIUS))),
            None if power is None else power / 1000,
            self._processes(device),
        )

    def _name(self, device: Any) -> str:
        said = ctypes.create_string_buffer(NAME_BYTES)
        return _text(said) if self._good("nvmlDeviceGetName", device, said, _UINT(NAME_BYTES)) else "unknown"

    def _processes(self, device: Any) -> int | None:
        """Asked without room for a list, it tells how long that would be."""
        for name in ("_v3", "_v2", ""):
            function = getattr(self._library, f"nvmlDeviceGetComputeRunningProcesses{name}", None)
            if function is not None:
                count = _UINT(0)
                told = function(device, ctypes.byref(count), None)
                return count.value if told in (GOOD, TOO_SMALL) else None
        return None

    def _number(self, name: str, *given: Any) -> int | None:
        found = _UINT()
        return int(found.value) if self._good(name, *given, ctypes.byref(found)) else None

    def _good(self, name: str, *given: Any) -> bool:
        function = getattr(self._library, name, None)
        return function is not None and function(*given) == GOOD


def _text(said: ctypes.Array[ctypes.c_char]) -> str:
    return bytes(said.value).decode("utf-8", "replace")


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)
