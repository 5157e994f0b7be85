/** Which cached answers a live message makes old, gathered so that a storm of events asks the server once. */
import type { Tag } from "../api/tags";
import type { LiveMessage } from "./client";

const ofTopic: Record<string, Tag[]> = {
  me: ["Me", "Session", "ApiKey", "Team", "Invitation", "ProviderKey", "Audit"],
  jobs: ["Job", "Schedule"],
  providers: ["Provider"],
  audit: ["Audit", "User"],
  machines: ["Machine", "Blacklist"],
};

/** By the thing that an entry of the audit log is about: the first word of its action. */
const ofThing: Record<string, Tag[]> = {
  account: ["Me", "User"],
  api_key: ["ApiKey"],
  job: ["Job", "Schedule"],
  password: ["Session"],
  provider_key: ["ProviderKey"],
  session: ["Session", "User"],
  team: ["Team", "Invitation"],
};

/** An event that says what it is about touches little; everything else of its topic is asked again. */
export function tagsOf(message: LiveMessage): Tag[] {
  if (message.type === "event") {
    if (message.kind.startsWith("reliability.")) return ["Machine", "Blacklist", "Preference"];
    const thing = thingOf(message.data);
    if (thing && ofThing[thing]) return [...ofThing[thing], "Audit"];
  }
  return ofTopic[message.topic.split(":")[0] ?? ""] ?? [];
}

function thingOf(data: unknown): string | undefined {
  const action =
    typeof data === "object" && data !== null ? (data as { action?: unknown }).action : undefined;
  return typeof action === "string" ? action.split(".")[0] : undefined;
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
