"""Serves the built web application: hashed files for ever, the page itself never cached and with a fresh nonce."""

import secrets
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PLACEHOLDER = "__CSP_NONCE__"
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Dumont Cloud</title>
<body><h1>The web application is not built yet</h1>
<p>Run <code>make web</code>, then reload. The API works without it.</p>
</body></html>"""


class SpaFiles(StaticFiles):
    def __init__(self, folder: Path | None) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._file = folder / "index.html" if folder else None
        self._page, self._written = NOT_BUILT, 0

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            if path.startswith("api/"):
                raise HTTPException(404)
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        if path in (".", "index.html") or not _is_file(path):
            return self._index()
        response = await super().get_response(path, scope)
        forever = path.startswith("assets/")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        return response

    def _index(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        headers = {"content-security-policy": policy, "cache-control": "no-store"}
        return HTMLResponse(self._newest().replace(PLACEHOLDER, nonce), headers=headers)

    def _newest(self) -> str:
        """The page names its scripts by their hash, so one from before the last build would ask for files now gone."""
        try:
            written = self._file.stat().st_mtime_ns if self._file else 0
            if self._file and written != self._written:
                self._page, self._written = self._file.read_text(), written
        except FileNotFoundError:
            pass  # a build is under way: the page from before it, until it is done
        return self._page


def find_folder(package: Path) -> Path | None:
    """In an installed package the web application lies inside it, in a checkout where Vite puts it."""
    places = [package / "web", package.parent / "web" / "dist"]
    return next((place for place in places if (place / "index.html").exists()), None)


def _is_file(path: str) -> bool:
    """A missing script must be a 404 and not the page; any other path is a place inside the application."""
    return path.startswith(("assets/", "api/")) or "." in path.rsplit("/", 1)[-1]
