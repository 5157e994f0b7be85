import { describe, expect, test } from "vitest";
import { type Renewal, Tokens } from "./tokens";

class FakeStorage {
  private readonly kept = new Map<string, string>([["dumont.session", "1"]]);
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

/** Grants one after the other, as `navigator.locks` does over the tabs of a browser. */
class FakeLocks {
  private last: Promise<unknown> = Promise.resolve();
  request = ((_name: string, run: () => Promise<unknown>) => {
    this.last = this.last.then(run, run);
    return this.last;
  }) as LockManager["request"];
}

/** Channels of one name hear each other, not themselves. */
function tabChannels(): BroadcastChannel[] {
  const channels: {
    onmessage: ((event: MessageEvent) => void) | null;
    postMessage: (data: unknown) => void;
  }[] = [];
  for (const _ of [1, 2]) {
    const own = {
      onmessage: null as ((event: MessageEvent) => void) | null,
      postMessage: (data: unknown) => {
        for (const other of channels) if (other !== own) other.onmessage?.({ data } as MessageEvent);
      },
    };
    channels.push(own);
  }
  return channels as unknown as BroadcastChannel[];
}

class FakeServer {
  asked = 0;
  answer: Renewal | null = null;
  renew = async (): Promise<Renewal> => {
    this.asked += 1;
    await Promise.resolve();
    return this.answer ?? { kind: "granted", grant: { access_token: `t${this.asked}`, expires_in: 900 } };
  };
}

function tab(server: FakeServer, over: Partial<ConstructorParameters<typeof Tokens>[0]> = {}) {
  return new Tokens({ renew: server.renew, storage: new FakeStorage(), ...over });
}

describe("Tokens", () => {
  test("asks once for callers who come together", async () => {
    const server = new FakeServer();
    const tokens = tab(server);
    const got = await Promise.all([tokens.usable(), tokens.usable(), tokens.renewed(null)]);
    expect(got).toEqual(["t1", "t1", "t1"]);
    expect(server.asked).toBe(1);
  });

  test("gives a late refusal the token that came meanwhile", async () => {
    const server = new FakeServer();
    const tokens = tab(server);
    await tokens.usable();
    await tokens.renewed("t1");
    expect(await tokens.renewed("t1")).toBe("t2");
    expect(server.asked).toBe(2);
  });

  test("renews a little before the token runs out", async () => {
    const server = new FakeServer();
    let now = 0;
    const tokens = tab(server, { now: () => now });
    expect(await tokens.usable()).toBe("t1");
    now = 879_000;
    expect(await tokens.usable()).toBe("t1");
    now = 881_000;
    expect(await tokens.usable()).toBe("t2");
  });

  test("lets two tabs share one renewal, since the cookie may be used once only", async () => {
    const server = new FakeServer();
    const locks = new FakeLocks();
    const [left, right] = tabChannels().map((channel) => tab(server, { locks, channel }));
    const got = await Promise.all([left?.usable(), right?.usable()]);
    expect(got).toEqual(["t1", "t1"]);
    expect(server.asked).toBe(1);
  });

  test("asks nothing on a first visit", async () => {
    const server = new FakeServer();
    const storage = new FakeStorage();
    storage.removeItem("dumont.session");
    const tokens = tab(server, { storage });
    await tokens.begin();
    expect(tokens.current()).toBe("signed-out");
    expect(server.asked).toBe(0);
  });

  test("says that a session ended, once it was one", async () => {
    const server = new FakeServer();
    const tokens = tab(server);
    await tokens.begin();
    expect(tokens.current()).toBe("signed-in");
    server.answer = { kind: "refused", code: "session_revoked" };
    expect(await tokens.renewed("t1")).toBeNull();
    expect(tokens.current()).toBe("ended");
    expect(await tokens.usable()).toBeNull();
    expect(server.asked).toBe(2);
  });

  test("keeps an ended session as it is when more refusals come late", async () => {
    const server = new FakeServer();
    const tokens = tab(server);
    await tokens.begin();
    server.answer = { kind: "refused", code: "session_revoked" };
    await tokens.renewed("t1");
    expect(await tokens.renewed("t1")).toBeNull();
    expect(tokens.current()).toBe("ended");
    expect(server.asked).toBe(2);
  });

  test("keeps the session when the server can't be reached", async () => {
    const server = new FakeServer();
    const tokens = tab(server);
    await tokens.begin();
    server.answer = { kind: "unreachable" };
    expect(await tokens.renewed("t1")).toBe("t1");
    expect(tokens.current()).toBe("signed-in");
  });

  test("signs the other tabs out", async () => {
    const server = new FakeServer();
    const [left, right] = tabChannels().map((channel) => tab(server, { channel }));
    await left?.begin();
    expect(right?.current()).toBe("signed-in");
    left?.drop();
    expect(right?.current()).toBe("signed-out");
  });
});
