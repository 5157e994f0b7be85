/** How every request goes out and comes back: token, one silent renewal, idempotency keys, problems. */
import type { BaseQueryFn } from "@reduxjs/toolkit/query";
import { session } from "../session/session";
import { type Problem, problemOf, unreachable } from "./problem";

export interface Request {
  url: string;
  method?: string | undefined;
  body?: unknown;
  params?: Record<string, unknown> | undefined;
  headers?: Record<string, unknown> | undefined;
}

type Answer = { data: unknown } | { error: Problem };

const ROOT = "/api/v1";
/** It ends the tokens of the old password, this tab's too; the session itself goes on. */
const NEW_PASSWORD = "/auth/password";
/** Who has no token asks these; a refusal of theirs is an answer about the form, not about the session. */
const withoutSession = /^\/auth\/(login|signup|refresh|password\/(forgot|reset|strength))$/;

let answered: () => void = () => undefined;

/** Calls it whenever the server itself has answered, and not what stands before it. */
export function onAnswer(listener: () => void): void {
  answered = listener;
}

export const query: BaseQueryFn<Request | string, unknown, Problem> = async (args, { signal }) => {
  const request = typeof args === "string" ? { url: args } : args;
  const path = request.url.replace(/^\/api(\/v1)?/, "");
  const send = (token: string | null) => once(path, request, token, signal);
  if (withoutSession.test(path)) return send(null);
  const token = await session.usable();
  const answer = await send(token);
  if (path === NEW_PASSWORD && !("error" in answer)) await session.renewed(token);
  if (!("error" in answer) || answer.error.status !== 401 || token === null) return answer;
  const renewed = await session.renewed(token);
  return renewed === null || renewed === token ? answer : send(renewed);
};

async function once(
  path: string,
  request: Request,
  token: string | null,
  signal: AbortSignal,
): Promise<Answer> {
  const method = (request.method ?? "GET").toUpperCase();
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const url = ROOT + path + search(request.params);
  const headers = headersOf(request, token, body);
  const key = method === "POST" && !path.startsWith("/auth/") ? keys.of(`${url} ${body ?? ""}`) : null;
  if (key) headers.set("idempotency-key", key);
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body: body ?? null, signal });
  } catch (error) {
    return { error: unreachable(error instanceof DOMException ? error.message : "") };
  }
  if (response.status < 500) answered();
  // Whether an answer of 5xx did the thing is not known, so the same attempt keeps its key.
  if (key && response.status < 500) keys.forget(`${url} ${body ?? ""}`);
  return read(response);
}

async function read(response: Response): Promise<Answer> {
  const raw = await response.text().catch(() => "");
  const body = parsed(raw);
  if (response.ok) return { data: body ?? null };
  return { error: problemOf(response.status, response.headers, body) };
}

function parsed(raw: string): unknown {
  try {
    return raw ? JSON.parse(raw) : null;
  } catch {
    return raw;
  }
}

function headersOf(request: Request, token: string | null, body: string | undefined): Headers {
  const headers = new Headers({ accept: "application/json" });
  for (const [name, value] of Object.entries(request.headers ?? {}))
    if (value !== undefined && value !== null) headers.set(name, String(value));
  if (body !== undefined) headers.set("content-type", "application/json");
  if (token) headers.set("authorization", `Bearer ${token}`);
  return headers;
}

function search(params: Record<string, unknown> | undefined): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === undefined || value === null || value === "") continue;
    for (const item of Array.isArray(value) ? value : [value]) out.append(name, String(item));
  }
  const text = out.toString();
  return text && `?${text}`;
}

/** One key for one intention: a repeat of a request whose outcome is not known carries the key of the first try. */
class IdempotencyKeys {
  private readonly open = new Map<string, string>();

  of(intention: string): string {
    const key = this.open.get(intention) ?? newKey();
    this.open.set(intention, key);
    return key;
  }

  forget(intention: string): void {
    this.open.delete(intention);
  }
}

const keys = new IdempotencyKeys();

/** `randomUUID` exists on secure origins only, and a server on the local network may have none. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
