"""The application's files: the page for every place in it, a 404 for what is missing, and how long each is kept."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dumont.platform.http.spa import SpaFiles

PAGE = '<html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__"></script></html>'


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "app-1f2e.js").write_text("1")
    app = FastAPI()
    app.mount("/", SpaFiles(tmp_path))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


class TestPage:
    @pytest.mark.parametrize("path", ["/", "/index.html", "/jobs", "/teams/42/members"])
    async def test_answers_every_place_in_the_application(self, site: AsyncClient, path: str) -> None:
        answer = await site.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"

    async def test_has_a_fresh_nonce_in_page_and_policy(self, site: AsyncClient) -> None:
        nonces = set()
        for _ in range(2):
            answer = await site.get("/")
            (nonce,) = set(re.findall(r'nonce="([\w-]+)"', answer.text))
            assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
            nonces.add(nonce)
        assert len(nonces) == 2

    async def test_is_the_newest_after_a_build_under_a_running_server(self, site: AsyncClient, tmp_path: Path) -> None:
        await site.get("/")
        (tmp_path / "index.html").unlink()
        assert "nonce=" in (await site.get("/")).text
        (tmp_path / "index.html").write_text("<html>anew</html>")
        assert "anew" in (await site.get("/")).text


class TestFiles:
    async def test_with_a_hash_are_kept_for_ever(self, site: AsyncClient) -> None:
        assert "immutable" in (await site.get("/assets/app-1f2e.js")).headers["cache-control"]

    async def test_without_one_are_asked_for_again(self, site: AsyncClient) -> None:
        assert (await site.get("/favicon.svg")).headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize("path", ["/assets/gone-0000.js", "/gone.png", "/api/gone"])
    async def test_that_are_missing_are_not_the_page(self, site: AsyncClient, path: str) -> None:
        assert (await site.get(path, headers={"accept": "text/html"})).status_code == 404

    @pytest.mark.parametrize("path", ["/../secret.key", "/%2e%2e/secret.key", "/assets/../../secret.key"])
    async def test_outside_the_folder_are_out_of_reach(self, site: AsyncClient, tmp_path: Path, path: str) -> None:
        (tmp_path.parent / "secret.key").write_text("secret")
        assert "secret" not in (await site.get(path)).text


class TestWithoutABuild:
    async def test_says_how_to_build_it(self) -> None:
        app = FastAPI()
        app.mount("/", SpaFiles(None))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            assert "make web" in (await client.get("/")).text
