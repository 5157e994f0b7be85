/** While a page's code comes: a line that runs above, and nothing that jumps. */
export function Opening() {
  return (
    <div
      role="status"
      aria-label="Opening the page"
      className="fixed inset-x-0 top-0 z-50 h-0.5 overflow-hidden"
    >
      <div className="h-full w-1/3 animate-run bg-accent" />
    </div>
  );
}
