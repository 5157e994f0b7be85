/** The text of a log that grows: what came is added, and the oldest is let go. */

export const MOST = 200_000;

export function added(before: string, came: { text: string; anew: boolean }): string {
  const all = came.anew ? came.text : before + came.text;
  if (all.length <= MOST) return all;
  const kept = all.slice(all.length - MOST);
  return kept.slice(kept.indexOf("\n") + 1);
}
