"""A cloud of one's own for each test, without HTTP between."""

import pytest

from dumont.simulators.world import Setup, World


@pytest.fixture
def world() -> World:
    return World(Setup(provider="test", boot_median_seconds=100, boot_sigma=0))
