/** What a user agent says of itself, in words for a list of sessions. It is a claim, not proof. */

export interface Device {
  name: string;
  kind: "computer" | "phone" | "program";
}

const browsers: [pattern: RegExp, name: string][] = [
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems: [pattern: RegExp, name: string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Mac OS X/, "macOS"],
  [/Windows/, "Windows"],
  [/Linux|X11/, "Linux"],
];

export function deviceOf(agent: string): Device {
  if (!agent) return { name: "Unknown program", kind: "program" };
  const browser = browsers.find(([pattern]) => pattern.test(agent))?.[1];
  if (!browser) return { name: agent.split(" ")[0]?.replace("/", " ") ?? agent, kind: "program" };
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  const phone = /Mobile|iPhone|Android/.test(agent);
  return { name: system ? `${browser} on ${system}` : browser, kind: phone ? "phone" : "computer" };
}
