/** Which cached answers a live message makes old, gathered so that a storm of events asks the server once. */
import type { Tag } from "../api/tags";
import type { LiveMessage } from "./client";

const own: Tag[] = ["Me", "Session", "ApiKey", "Team", "Invitation", "ProviderKey"];

const ofTopic: Record<string, Tag[]> = {
  me: own,
  jobs: ["Job", "Schedule"],
  audit: ["Audit"],
  system: ["System", "Worker"],
};

const ofKind: [beginning: string, tags: Tag[]][] = [
  ["accounts.team", ["Team", "Invitation"]],
  ["accounts.invitation", ["Team", "Invitation"]],
  ["accounts.member", ["Team"]],
  ["accounts.api_key", ["ApiKey"]],
  ["accounts.key_", ["ApiKey"]],
  ["accounts.provider_key", ["ProviderKey"]],
  ["accounts.session", ["Session"]],
];

/** An event of a known kind touches little; everything else of its topic is asked again. */
export function tagsOf(message: LiveMessage): Tag[] {
  if (message.type === "event") {
    const match = ofKind.find(([beginning]) => message.kind.startsWith(beginning));
    if (match && message.topic === "me") return match[1];
  }
  return ofTopic[message.topic.split(":")[0] ?? ""] ?? [];
}

/** Calls `renew` with all tags of the last `pause` milliseconds: the first at once, a storm in steps. */
export class Gathering {
  private readonly waiting = new Set<Tag>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly renew: (tags: Tag[]) => void,
    private readonly pause = 800,
  ) {}

  add(tags: Tag[]): void {
    for (const tag of tags) this.waiting.add(tag);
    if (this.timer === null) this.flush();
  }

  private flush(): void {
    this.timer = null;
    if (this.waiting.size === 0) return;
    const tags = [...this.waiting];
    this.waiting.clear();
    this.timer = setTimeout(() => this.flush(), this.pause);
    this.renew(tags);
  }
}
