"""Starts the agent: `python -m dumont.agent`, or the single file."""

from __future__ import annotations

import sys

from dumont.agent.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
