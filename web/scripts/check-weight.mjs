/** Fails when the scripts of the first page (the entry and what it preloads, plus sign-in or home) pass 200 kB compressed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const limit = 200_000;

const html = readFileSync(`${dist}/index.html`, "utf8");
const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]);
let total = 0;
for (const file of new Set(files)) {
  const size = gzipSync(readFileSync(dist + file)).length;
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${file}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  of ${limit / 1000} kB allowed`);
if (total > limit) process.exit(1);
