/** Fails when an import goes upward: app may use features, features components, components lib; areas don't know each other. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../src", import.meta.url));
const floors = ["lib", "components", "features", "app"];
const importPattern = /(?:from\s+|import\s*\(?\s*)["'](\.{1,2}\/[^"']+)["']/g;

export function faultOf(from, to) {
  const [fromFloor, fromArea] = from.split("/");
  const [toFloor, toArea] = to.split("/");
  if (!floors.includes(fromFloor)) return `${from} stands on no floor`;
  if (floors.indexOf(toFloor) > floors.indexOf(fromFloor)) return `${from} imports upward: ${to}`;
  if (fromFloor === "features" && toFloor === "features" && fromArea !== toArea)
    return `${from} knows another area: ${to}`;
  return null;
}

function importsOf(file) {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(importPattern)].map((match) => resolve(dirname(file), match[1]));
}

function main() {
  const files = readdirSync(source, { recursive: true }).filter((name) => /\.tsx?$/.test(name));
  const faults = [];
  for (const file of files) {
    if (/(^|\/)index\.tsx?$/.test(file)) faults.push(`${file} is a barrel: import from the file itself`);
    for (const target of importsOf(join(source, file))) {
      const fault = faultOf(file, relative(source, target));
      if (fault) faults.push(fault);
    }
  }
  for (const fault of faults) console.error(fault);
  if (faults.length) process.exit(1);
  console.log(`Imports of ${files.length} files go downward.`);
}

main();
