import type { BaseQueryApi } from "@reduxjs/toolkit/query";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { session } from "../session/session";
import { onAnswer, query, type Request } from "./query";

interface Seen {
  url: string;
  method: string;
  headers: Headers;
  body: unknown;
}

/** A server that answers from a list and remembers what it was asked. */
class FakeServer {
  seen: Seen[] = [];
  answers: (Response | Error)[] = [];
  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    this.seen.push({
      url,
      method: init.method ?? "GET",
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : null,
    });
    const answer = this.answers.shift() ?? json(200, {});
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

const around = { signal: new AbortController().signal } as BaseQueryApi;
const ask = async (request: Request) => query(request, around, {});

describe("query", () => {
  let server: FakeServer;
  beforeEach(() => {
    server = new FakeServer();
    vi.stubGlobal("fetch", server.fetch);
    session.accept({ access_token: "t1", expires_in: 900 });
  });

  test("sends the token and leaves out parameters without a value", async () => {
    server.answers = [json(200, { items: [] })];
    const answer = await ask({
      url: "/api/v1/jobs",
      params: { state: "failed", key: undefined, cursor: null, limit: 50 },
    });
    expect(answer).toEqual({ data: { items: [] } });
    expect(server.seen[0]?.url).toBe("/api/v1/jobs?state=failed&limit=50");
    expect(server.seen[0]?.headers.get("authorization")).toBe("Bearer t1");
    expect(server.seen[0]?.headers.has("idempotency-key")).toBe(false);
  });

  test("renews the session once after a refusal and asks again", async () => {
    server.answers = [
      json(401, { code: "token_expired" }),
      json(200, { access_token: "t2", expires_in: 900 }),
      json(200, { ok: 1 }),
    ];
    expect(await ask({ url: "/api/v1/auth/me" })).toEqual({ data: { ok: 1 } });
    expect(server.seen.map((seen) => seen.url)).toEqual([
      "/api/v1/auth/me",
      "/api/v1/auth/refresh",
      "/api/v1/auth/me",
    ]);
    expect(server.seen[2]?.headers.get("authorization")).toBe("Bearer t2");
  });

  test("gives the refusal back when the session can't be renewed", async () => {
    server.answers = [json(401, { code: "session_revoked" }), json(401, { code: "session_revoked" })];
    expect(await ask({ url: "/api/v1/auth/me" })).toMatchObject({
      error: { status: 401, code: "session_revoked" },
    });
    expect(session.current()).toBe("ended");
  });

  test("does not take a wrong password for an ended session", async () => {
    server.answers = [json(401, { code: "wrong_credentials" })];
    const answer = await ask({
      url: "/api/v1/auth/login",
      method: "POST",
      body: { email: "a", password: "b" },
    });
    expect(answer).toMatchObject({ error: { code: "wrong_credentials" } });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.headers.has("authorization")).toBe(false);
  });

  test("keeps the key of an attempt whose outcome is not known, and takes a new one after an answer", async () => {
    const make = { url: "/api/v1/teams", method: "POST", body: { name: "Research" } };
    server.answers = [
      new TypeError("failed to fetch"),
      json(503, {}),
      json(201, { id: "1" }),
      json(201, { id: "2" }),
    ];
    for (let attempt = 0; attempt < 4; attempt++) await ask(make);
    const keys = server.seen.map((seen) => seen.headers.get("idempotency-key"));
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).toBe(keys[0]);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test("takes a new token after a new password, before anything else is asked", async () => {
    server.answers = [
      new Response(null, { status: 204 }),
      json(200, { access_token: "t2", expires_in: 900 }),
    ];
    await ask({ url: "/api/v1/auth/password", method: "POST", body: {} });
    await ask({ url: "/api/v1/auth/sessions" });
    expect(server.seen.map((seen) => seen.url)).toContain("/api/v1/auth/refresh");
    expect(server.seen[2]?.headers.get("authorization")).toBe("Bearer t2");
  });

  test("tells whoever waits for the server that it has answered", async () => {
    const heard = vi.fn();
    onAnswer(heard);
    server.answers = [new Error("away"), json(502, {}), json(404, {}), json(200, {})];
    for (const times of [0, 0, 1, 2]) {
      await ask({ url: "/jobs" });
      expect(heard).toHaveBeenCalledTimes(times);
    }
    onAnswer(() => undefined);
  });

  test("says that the server can't be reached", async () => {
    server.answers = [new TypeError("failed to fetch")];
    expect(await ask({ url: "/api/v1/teams" })).toMatchObject({ error: { status: 0, code: "unreachable" } });
  });

  test("takes an empty answer as nothing", async () => {
    server.answers = [new Response(null, { status: 204 })];
    expect(await ask({ url: "/api/v1/api-keys/1", method: "DELETE" })).toEqual({ data: null });
  });
});
