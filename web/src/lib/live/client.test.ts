import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LiveClient, type LiveMessage, type SocketLike } from "./client";

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  sent: Record<string, unknown>[] = [];
  closed = false;
  send = (data: string) => void this.sent.push(JSON.parse(data) as Record<string, unknown>);
  close = () => {
    this.closed = true;
  };
  say = (message: object) => this.onmessage?.({ data: JSON.stringify(message) });
  break = (code = 1006) => this.onclose?.({ code });
  /** What the server does first: the line opens, the hello is accepted. */
  welcome = () => {
    this.onopen?.();
    this.say({ type: "ready" });
  };
}

function event(id: string, topic = "jobs") {
  return { type: "event", id, topic, kind: "jobs.moved", data: {}, at: "2026-03-01T00:00:00Z" };
}

class Stage {
  sockets: FakeSocket[] = [];
  token: string | null = "t1";
  heard: LiveMessage[] = [];
  rejected: (string | null)[] = [];
  client = new LiveClient({
    open: () => {
      const socket = new FakeSocket();
      this.sockets.push(socket);
      return socket;
    },
    token: async (rejected) => {
      this.rejected.push(rejected);
      return this.token;
    },
    random: () => 1,
  });
  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error("no socket was opened");
    return last;
  }
  hear = (message: LiveMessage) => void this.heard.push(message);
  async live() {
    this.client.start();
    await vi.advanceTimersByTimeAsync(0);
    this.socket.welcome();
  }
}

describe("LiveClient", () => {
  let stage: Stage;
  beforeEach(() => {
    vi.useFakeTimers();
    stage = new Stage();
  });
  afterEach(() => {
    stage.client.stop();
    vi.useRealTimers();
  });

  test("asks for a reload after a break of which it can't name the last event", async () => {
    stage.client.subscribe("jobs", stage.hear);
    await stage.live();
    expect(stage.heard).toEqual([]);
    stage.socket.break();
    await vi.advanceTimersByTimeAsync(1000);
    stage.socket.welcome();
    expect(stage.heard).toEqual([{ type: "reload", topic: "jobs" }]);
  });

  test("says hello with the token and subscribes when the server is ready", async () => {
    stage.client.subscribe("jobs", stage.hear);
    await stage.live();
    expect(stage.socket.sent).toEqual([
      { type: "hello", token: "t1" },
      { type: "subscribe", topics: ["jobs"], after: null },
    ]);
    expect(stage.client.current()).toEqual({ state: "live" });
  });

  test("gives each event once and resumes after the last one", async () => {
    stage.client.subscribe("jobs", stage.hear);
    await stage.live();
    stage.socket.say(event("7"));
    stage.socket.say(event("8"));
    stage.socket.break();
    await vi.advanceTimersByTimeAsync(500);
    stage.socket.welcome();
    expect(stage.socket.sent[1]).toEqual({ type: "subscribe", topics: ["jobs"], after: "8" });
    stage.socket.say(event("8"));
    stage.socket.say(event("9"));
    expect(stage.heard.map((message) => (message.type === "event" ? message.id : ""))).toEqual([
      "7",
      "8",
      "9",
    ]);
  });

  test("gives an event of two topics to each of them", async () => {
    stage.client.subscribe("jobs", stage.hear);
    stage.client.subscribe("jobs:5", stage.hear);
    await stage.live();
    stage.socket.say(event("7", "jobs"));
    stage.socket.say(event("7", "jobs:5"));
    expect(stage.heard).toHaveLength(2);
  });

  test("waits longer after each failure, up to half a minute, and starts over once it is live", async () => {
    stage.client.start();
    await vi.advanceTimersByTimeAsync(0);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      stage.socket.break();
      const status = stage.client.current();
      const wait = status.state === "waiting" ? status.retryAt - Date.now() : Number.NaN;
      waits.push(wait);
      await vi.advanceTimersByTimeAsync(wait);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    stage.socket.welcome();
    stage.socket.break();
    expect(stage.client.current()).toMatchObject({ state: "waiting", retryAt: Date.now() + 500 });
  });

  test("asks for another token when the server did not take this one", async () => {
    await stage.live();
    stage.socket.break(4401);
    await vi.advanceTimersByTimeAsync(500);
    stage.socket.break();
    await vi.advanceTimersByTimeAsync(1000);
    expect(stage.rejected).toEqual([null, "t1", null]);
  });

  test("tries at once when nudged", async () => {
    await stage.live();
    stage.socket.break();
    stage.client.nudge();
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.sockets).toHaveLength(2);
  });

  test("cuts a long wait short where the server has answered something else, and not right after it broke", async () => {
    await stage.live();
    for (let times = 0; times < 6; times++) {
      stage.socket.break();
      stage.client.hope();
      await vi.advanceTimersByTimeAsync(500 * 2 ** times);
    }
    expect(stage.sockets).toHaveLength(7);
    stage.socket.break();
    stage.client.hope();
    await vi.advanceTimersByTimeAsync(3000);
    expect(stage.sockets).toHaveLength(7);
    stage.client.hope();
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.sockets).toHaveLength(8);
  });

  test("answers a ping", async () => {
    await stage.live();
    stage.socket.say({ type: "ping" });
    expect(stage.socket.sent.at(-1)).toEqual({ type: "pong" });
  });

  test("hangs up on a line that has gone silent", async () => {
    await stage.live();
    const first = stage.socket;
    await vi.advanceTimersByTimeAsync(74_000);
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(first.closed).toBe(true);
    expect(stage.sockets).toHaveLength(2);
  });

  test("tells a topic to reload", async () => {
    stage.client.subscribe("jobs", stage.hear);
    await stage.live();
    stage.socket.say({ type: "reload", topic: "jobs" });
    expect(stage.heard).toEqual([{ type: "reload", topic: "jobs" }]);
  });

  test("leaves a topic with its last hearer", async () => {
    const leaveOne = stage.client.subscribe("jobs", stage.hear);
    const leaveOther = stage.client.subscribe("jobs", () => undefined);
    await stage.live();
    leaveOne();
    expect(stage.socket.sent).toHaveLength(2);
    leaveOther();
    expect(stage.socket.sent.at(-1)).toEqual({ type: "unsubscribe", topics: ["jobs"] });
  });

  test("rests when nobody is signed in", async () => {
    stage.token = null;
    stage.client.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stage.sockets).toHaveLength(0);
    expect(stage.client.current()).toEqual({ state: "idle" });
  });

  test("ignores what is not a message", async () => {
    stage.client.subscribe("jobs", stage.hear);
    await stage.live();
    stage.socket.onmessage?.({ data: "{" });
    stage.socket.onmessage?.({ data: "null" });
    expect(stage.heard).toEqual([]);
  });
});
