"""Processes that are forked from one that has imported everything, for to import the product takes two seconds.

A test process has one such, whoever asks first: all that is forked from it is named here.
"""

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "dumont.__main__",
        "dumont.main.processes",
        "tests.faults.worker_process",
        "tests.platform.db.embedded.other_process",
        "tests.platform.db.test_migrate",
    ]
)
