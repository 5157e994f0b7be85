/** Where to go after signing in: only within this application, whatever the address says. */
export function nextOf(params: URLSearchParams): string {
  const wanted = params.get("next") ?? "/";
  const inside = wanted.startsWith("/") && !wanted.startsWith("//") && !wanted.includes("\\");
  return inside ? wanted : "/";
}
