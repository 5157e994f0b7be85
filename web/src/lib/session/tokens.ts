/** Keeps the access token in memory and renews it by the cookie: once for all callers of this tab, one tab at a time. */

export interface Grant {
  access_token: string;
  expires_in: number;
}

export type Renewal =
  | { kind: "granted"; grant: Grant }
  | { kind: "refused"; code: string }
  | { kind: "unreachable" };

export type SessionState = "unknown" | "signed-in" | "signed-out" | "ended" | "unreachable";

type Message = { type: "granted"; grant: Grant } | { type: "signed-out" };

interface Surroundings {
  renew: () => Promise<Renewal>;
  locks?: Pick<LockManager, "request"> | undefined;
  channel?: BroadcastChannel | undefined;
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined;
  now?: () => number;
}

const LOCK = "dumont.renew";
/** Says only that a session was begun in this browser, so that a first visit asks nothing in vain. */
const MARK = "dumont.session";
const EARLY_MS = 20_000;

export class Tokens {
  private token: string | null = null;
  private expiresAt = 0;
  private state: SessionState = "unknown";
  private pending: Promise<string | null> | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly now: () => number;

  constructor(private readonly around: Surroundings) {
    this.now = around.now ?? Date.now;
    if (around.channel) around.channel.onmessage = (event) => this.hear(event.data as Message);
  }

  readonly current = (): SessionState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** At the start of the page: take up the session of this browser, if there is one. */
  async begin(): Promise<void> {
    if (!this.around.storage?.getItem(MARK)) return this.move("signed-out");
    await this.renewed(this.token);
  }

  /** A token that will last the next request, or null for nobody. */
  async usable(): Promise<string | null> {
    if (this.over()) return null;
    if (this.token && this.now() < this.expiresAt - EARLY_MS) return this.token;
    return this.renewed(this.token);
  }

  /** After a refusal of `rejected`: the same new token for all who ask at once; none for who comes after the end. */
  renewed(rejected: string | null): Promise<string | null> {
    if (this.token && this.token !== rejected) return Promise.resolve(this.token);
    if (this.over()) return Promise.resolve(null);
    this.pending ??= this.renewAlone(rejected).finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  /** After signing in. */
  accept(grant: Grant): void {
    this.take(grant);
    this.around.storage?.setItem(MARK, "1");
    this.around.channel?.postMessage({ type: "granted", grant } satisfies Message);
  }

  /** After signing out, here and in the other tabs. */
  drop(): void {
    this.forget("signed-out");
    this.around.channel?.postMessage({ type: "signed-out" } satisfies Message);
  }

  private over(): boolean {
    return this.state === "signed-out" || this.state === "ended";
  }

  private renewAlone(rejected: string | null): Promise<string | null> {
    const step = async () => {
      // While we waited for the lock another tab may have renewed for all.
      if (this.token && this.token !== rejected) return this.token;
      return this.settle(await this.around.renew());
    };
    if (!this.around.locks) return step();
    return this.around.locks.request(LOCK, step).then((token) => token);
  }

  private settle(renewal: Renewal): string | null {
    if (renewal.kind === "granted") {
      this.accept(renewal.grant);
      return this.token;
    }
    if (renewal.kind === "unreachable") {
      if (this.state === "unknown") this.move("unreachable");
      return this.token;
    }
    this.forget(this.state === "signed-in" ? "ended" : "signed-out");
    return null;
  }

  private hear(message: Message): void {
    if (message.type === "granted") this.take(message.grant);
    else this.forget("signed-out");
  }

  private take(grant: Grant): void {
    this.token = grant.access_token;
    this.expiresAt = this.now() + grant.expires_in * 1000;
    this.move("signed-in");
  }

  private forget(state: SessionState): void {
    this.token = null;
    this.around.storage?.removeItem(MARK);
    this.move(state);
  }

  private move(state: SessionState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
