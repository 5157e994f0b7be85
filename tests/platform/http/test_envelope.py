"""What surrounds every request: alias, id, security headers, size."""

import pytest
from httpx import AsyncClient


class TestAlias:
    async def test_means_the_newest_version(self, client: AsyncClient) -> None:
        plain, versioned = await client.get("/api/system"), await client.get("/api/v1/system")
        assert (plain.status_code, plain.json()) == (200, versioned.json())

    async def test_leaves_an_unknown_version_unknown(self, client: AsyncClient) -> None:
        assert (await client.get("/api/v9/system")).status_code == 404


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["/api/system", "/api/nothing", "/health/live", "/"])
    async def test_carries_security_headers_and_a_request_id(self, client: AsyncClient, path: str) -> None:
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert len(headers["x-request-id"]) == 16

    async def test_takes_over_a_sane_request_id_and_no_other(self, client: AsyncClient) -> None:
        given = {"x-request-id": "from-the-proxy-1"}
        assert (await client.get("/api/system", headers=given)).headers["x-request-id"] == "from-the-proxy-1"
        bad = {"x-request-id": "new\tline and spaces"}
        assert (await client.get("/api/system", headers=bad)).headers["x-request-id"] != bad["x-request-id"]

    async def test_tells_the_rate_limit(self, client: AsyncClient) -> None:
        headers = (await client.get("/api/system")).headers
        assert int(headers["ratelimit-limit"]) > int(headers["ratelimit-remaining"])

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    async def test_is_a_problem_where_there_is_nothing(self, client: AsyncClient, method: str) -> None:
        answer = await client.request(method, "/api/nothing")
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_hides_nothing_behind_a_wrong_method(self, client: AsyncClient) -> None:
        answer = await client.delete("/api/system")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == "GET"


class TestBodyLimit:
    async def test_refuses_a_body_that_says_it_is_too_large(self, client: AsyncClient) -> None:
        answer = await client.post("/api/auth/signup", content=b"x" * 2_000_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["request_id"] == answer.headers["x-request-id"]

    async def test_refuses_one_that_does_not_say(self, client: AsyncClient) -> None:
        async def endless() -> object:
            for _ in range(300):
                yield b"x" * 10_000

        answer = await client.post("/api/auth/signup", content=endless(), headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


class TestInvalidInput:
    async def test_names_the_field(self, client: AsyncClient) -> None:
        answer = await client.post("/api/auth/login", json={"email": "a@b.co"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "password"

    async def test_says_when_the_body_is_no_json(self, client: AsyncClient) -> None:
        answer = await client.post("/api/auth/signup", content=b"{", headers={"content-type": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["errors"]

    async def test_says_when_the_body_is_no_text(self, client: AsyncClient) -> None:
        answer = await client.post("/api/auth/signup", content=b"\x80", headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body")
