/** What countries are called. */

const regions = new Intl.DisplayNames(["en"], { type: "region" });

export function countryName(code: string, names = regions): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
