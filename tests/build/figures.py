"""What was told Prometheus since a test began."""

from prometheus_client import REGISTRY


class Told:
    """Whatever other tests have told before is left out."""

    def __init__(self) -> None:
        self._before = self._all()

    def of(self, name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return self._all().get(key, 0.0) - self._before.get(key, 0.0)

    def _all(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        found = [sample for family in REGISTRY.collect() for sample in family.samples]
        return {(each.name, frozenset(each.labels.items())): each.value for each in found}
