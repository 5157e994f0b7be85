/** All keyboard shortcuts on one card. */
import { Dialog } from "../../components/Dialog";
import { isMac } from "../../lib/hotkeys";
import { allPlaces } from "../navigation";

const everywhere: [keys: string, does: string][] = [
  [isMac ? "⌘ K" : "Ctrl K", "Find a page or an action"],
  ["?", "This card"],
  ["/", "Search in the list"],
  ["j  k", "Next and previous row"],
  ["Enter", "Open the row"],
  ["Esc", "Close what is open"],
];

export function ShortcutHelp({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const jumps = allPlaces
    .filter((place) => place.go)
    .map((place) => [`g ${place.go}`, place.title] as [string, string]);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      {/* Nothing else in it could be focused, to scroll it by keyboard. */}
      <div tabIndex={0} className="grid gap-x-10 gap-y-4 pb-3 outline-none sm:grid-cols-2">
        <Keys title="Everywhere" rows={everywhere} />
        <Keys title="Go to" rows={jumps} />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: [string, string][] }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-xs font-medium text-ink-3">{title}</h3>
      <dl>
        {rows.map(([keys, does]) => (
          <div key={keys} className="flex items-center justify-between gap-4 py-1">
            <dt className="text-ink-2">{does}</dt>
            <dd className="flex gap-1">
              {keys.split(/\s+/).map((key) => (
                <kbd
                  key={key}
                  className="min-w-5 rounded border border-line bg-sunken px-1 text-center text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
