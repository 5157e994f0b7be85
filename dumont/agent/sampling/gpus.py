"""The machine's GPUs, by whichever way there is to look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dumont.agent import protocol
from dumont.agent.patience import Patient
from dumont.agent.sampling import smi
from dumont.agent.sampling.nvml import Gpu, NoLibrary, Nvml


@dataclass(frozen=True)
class Told:
    gpus: Sequence[Gpu] = ()
    driver: str | None = None
    cuda_max: str | None = None


class Gpus:
    """Once seen, a GPU that its driver is silent about is told as not known, which is not the same as none."""

    def __init__(self, visible: str | None = None, open_nvml: Callable[[], Nvml] = Nvml) -> None:
        self._visible = visible
        """Numbers of GPUs, where the machine has only some of this computer's; None for all."""
        self._open = open_nvml
        self._nvml: Nvml | None = None
        self.seen = Told()
        """What was told when the driver last spoke."""
        self._patient: Patient[Told | None] = Patient("The GPUs' driver", None)

    def look(self) -> Told:
        told = self._patient.ask(self._look)
        if told is None or (self.seen.gpus and not told.gpus):
            return Told([Gpu(gpu.index, gpu.name) for gpu in self.seen.gpus])
        mine = [gpu for gpu in told.gpus if self._is_mine(gpu)]
        self.seen = Told(mine, told.driver, told.cuda_max)
        return self.seen

    def _look(self) -> Told:
        try:
            self._nvml = self._nvml or self._open()
            return Told(self._nvml.gpus(), self._nvml.driver(), self._nvml.cuda_max())
        except NoLibrary:
            self._nvml = None
        found = smi.gpus()
        return Told(found, smi.driver() if found else None)

    def _is_mine(self, gpu: Gpu) -> bool:
        return self._visible is None or str(gpu.index) in self._visible.split(",")


def as_told(gpus: Sequence[Gpu]) -> list[protocol.Gpu]:
    return [
        protocol.Gpu(
            index=gpu.index,
            name=gpu.name,
            utilisation=gpu.utilisation,
            memory_used_mb=gpu.memory_used_mb,
            memory_total_mb=gpu.memory_total_mb,
            temperature_c=gpu.temperature_c,
            power_w=gpu.power_w,
            processes=gpu.processes,
        )
        for gpu in gpus
    ]
