/** Orders what the palette found: a title that begins with the words first, then within it, then other words for it. */

export interface Findable {
  title: string;
  words: string;
}

export function rank<Item extends Findable>(items: readonly Item[], text: string): Item[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [...items];
  return items
    .map((item, at) => ({ item, at, score: scoreOf(item, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map(({ item }) => item);
}

function scoreOf({ title, words }: Findable, wanted: string): number {
  const name = title.toLowerCase();
  if (name.startsWith(wanted)) return 4;
  if (name.split(/\s+/).some((word) => word.startsWith(wanted))) return 3;
  const all = `${name} ${words.toLowerCase()}`;
  if (wanted.split(/\s+/).every((part) => all.includes(part))) return 2;
  return inOrder(name, wanted) ? 1 : 0;
}

/** All letters, in their order, anywhere in the name: "apk" finds "API keys". */
function inOrder(name: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
