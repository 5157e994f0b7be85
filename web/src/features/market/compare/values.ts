/** The values of a comparison as they are written: money with its sign, yes and no, figures with their unit. */
import type { CompareRow } from "../../../lib/api/generated";
import { price } from "../../../lib/money";
import { count, short } from "../../../lib/numbers";

type Value = CompareRow["values"][number];

export function valueWords({ unit }: Pick<CompareRow, "unit">, value: Value): string {
  if (value === null || value === "") return "—";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (unit.startsWith("$") && !Number.isNaN(Number(value))) return price(String(value)) + unit.slice(1);
  if (typeof value === "number") {
    const figure = Math.abs(value) >= 100_000 ? short(value) : count(value);
    return unit ? `${figure}${unit === "%" ? "" : " "}${unit}` : figure;
  }
  return unit ? `${value} ${unit}` : value;
}
