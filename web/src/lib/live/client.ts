/** The live connection: one socket for all topics, taken up again where it broke, each event given out once. */

export interface LiveEvent {
  type: "event";
  id: string;
  topic: string;
  kind: string;
  data: unknown;
  at: string;
}

export interface LiveReload {
  type: "reload";
  topic: string;
}

export type LiveMessage = LiveEvent | LiveReload;
export type LiveHandler = (message: LiveMessage) => void;

export type LiveStatus =
  | { state: "idle" }
  | { state: "connecting" }
  | { state: "live" }
  | { state: "waiting"; retryAt: number };

type Incoming =
  | LiveMessage
  | { type: "ready" }
  | { type: "ping" }
  | { type: "subscribed"; topics: string[] }
  | { type: "refused"; topic: string; code: string };

export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(data: string): void;
  close(): void;
}

interface Surroundings {
  open: () => SocketLike;
  /** A token for the hello; another one than `rejected`, which the server did not take. */
  token: (rejected: string | null) => Promise<string | null>;
  random?: () => number;
  now?: () => number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** No sooner is it tried again, whatever else is answered: where sockets do not pass, each answer would try in vain. */
const SOONEST_MS = 3_000;
/** The server pings more often than this; a longer silence means that the line is dead though it looks open. */
const SILENCE_MS = 75_000;
const REMEMBERED = 500;
/** The server closes with it when the token is no longer good. */
const NEW_TOKEN_PLEASE = 4401;

interface Topic {
  handlers: Set<LiveHandler>;
  after: string | null;
  seen: Set<string>;
  /** Whether the server has been told of it before: what was missed since can't be replayed without an event to name. */
  joined: boolean;
}

export class LiveClient {
  private readonly topics = new Map<string, Topic>();
  private readonly listeners = new Set<() => void>();
  private status: LiveStatus = { state: "idle" };
  private socket: SocketLike | null = null;
  private ready = false;
  private wanted = false;
  private failures = 0;
  private brokeAt = 0;
  private shown: string | null = null;
  private rejected: string | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private silence: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly around: Surroundings) {}

  readonly current = (): LiveStatus => this.status;

  readonly watch = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hears a topic until the returned function is called. */
  subscribe(name: string, handler: LiveHandler): () => void {
    let topic = this.topics.get(name);
    if (!topic) {
      topic = { handlers: new Set(), after: null, seen: new Set(), joined: this.ready };
      this.topics.set(name, topic);
      if (this.ready) this.say({ type: "subscribe", topics: [name], after: null });
    }
    topic.handlers.add(handler);
    return () => this.leave(name, handler);
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.failures = 0;
    void this.connect();
  }

  stop(): void {
    this.wanted = false;
    this.hangUp();
    for (const topic of this.topics.values()) topic.after = null;
    this.move({ state: "idle" });
  }

  /** Tries at once instead of waiting, when there is reason to hope (back online, page looked at again). */
  nudge(): void {
    if (this.status.state === "waiting") void this.connect();
  }

  /** The server has answered something else: as it is there, the long waits for it are cut short. */
  hope(): void {
    if (this.status.state === "waiting" && this.now() - this.brokeAt >= SOONEST_MS) void this.connect();
  }

  private now(): number {
    return (this.around.now ?? Date.now)();
  }

  private async connect(): Promise<void> {
    this.hangUp();
    this.move({ state: "connecting" });
    const token = await this.around.token(this.rejected);
    this.rejected = null;
    if (!this.wanted || this.socket) return;
    if (token === null) return this.stop();
    const socket = this.around.open();
    this.socket = socket;
    this.shown = token;
    socket.onopen = () => this.say({ type: "hello", token });
    socket.onmessage = (event) => this.hear(socket, event.data);
    socket.onclose = ({ code }) => {
      if (code === NEW_TOKEN_PLEASE) this.rejected = this.shown;
      this.broke(socket);
    };
    socket.onerror = () => undefined;
    this.listenForSilence();
  }

  private hear(socket: SocketLike, raw: unknown): void {
    if (socket !== this.socket) return;
    this.listenForSilence();
    const message = parsed(raw);
    if (message === null) return;
    if (message.type === "ready") this.begin();
    else if (message.type === "ping") this.say({ type: "pong" });
    else if (message.type === "event") this.deliver(message);
    else if (message.type === "reload") this.handOut(message);
  }

  private begin(): void {
    this.ready = true;
    this.failures = 0;
    this.move({ state: "live" });
    const groups = new Map<string | null, string[]>();
    for (const [name, { after }] of this.topics) groups.set(after, [...(groups.get(after) ?? []), name]);
    for (const [after, topics] of groups) this.say({ type: "subscribe", topics, after });
    for (const [name, topic] of this.topics) {
      if (topic.joined && topic.after === null) this.handOut({ type: "reload", topic: name });
      topic.joined = true;
    }
  }

  private deliver(event: LiveEvent): void {
    const topic = this.topics.get(event.topic);
    if (!topic || topic.seen.has(event.id)) return;
    topic.seen.add(event.id);
    if (topic.seen.size > REMEMBERED) topic.seen.delete(topic.seen.values().next().value as string);
    topic.after = event.id;
    this.handOut(event);
  }

  private handOut(message: LiveMessage): void {
    for (const handler of [...(this.topics.get(message.topic)?.handlers ?? [])]) handler(message);
  }

  private leave(name: string, handler: LiveHandler): void {
    const topic = this.topics.get(name);
    topic?.handlers.delete(handler);
    if (topic?.handlers.size !== 0) return;
    this.topics.delete(name);
    if (this.ready) this.say({ type: "unsubscribe", topics: [name] });
  }

  private broke(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.hangUp();
    if (!this.wanted) return;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    // Half of it by chance, so that a restarted server is not met by everybody in one moment.
    const wait = longest / 2 + (this.around.random ?? Math.random)() * (longest / 2);
    this.brokeAt = this.now();
    this.move({ state: "waiting", retryAt: this.brokeAt + wait });
    this.retry = setTimeout(() => void this.connect(), wait);
  }

  private listenForSilence(): void {
    if (this.silence) clearTimeout(this.silence);
    const socket = this.socket;
    this.silence = setTimeout(() => socket && this.broke(socket), SILENCE_MS);
  }

  private hangUp(): void {
    if (this.retry) clearTimeout(this.retry);
    if (this.silence) clearTimeout(this.silence);
    this.retry = this.silence = null;
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private say(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private move(status: LiveStatus): void {
    this.status = status;
    for (const listener of this.listeners) listener();
  }
}

function parsed(raw: unknown): Incoming | null {
  try {
    const value: unknown = JSON.parse(String(raw));
    return typeof value === "object" && value !== null && "type" in value ? (value as Incoming) : null;
  } catch {
    return null;
  }
}
