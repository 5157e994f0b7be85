/** What was laid aside to be compared, at the foot of the page. */
import { Columns3, X } from "lucide-react";
import { Button, ButtonLink } from "../../components/Button";
import { plural } from "../../lib/numbers";
import { compareAddress, emptyTray, TRAY_LEAST, TRAY_MOST, takeOut, useTray } from "./tray";

export function TrayBar() {
  const laid = useTray();
  if (laid.length === 0) return null;
  const missing = TRAY_LEAST - laid.length;
  return (
    <section
      aria-label="Offers to compare"
      className="sticky bottom-0 z-20 -mx-4 mt-3 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line bg-raised px-4 py-2 sm:-mx-6 sm:px-6"
    >
      <span className="figures text-xs text-ink-3">
        {laid.length} of {TRAY_MOST}
      </span>
      <ul className="thin-scroll flex min-w-0 flex-1 gap-1.5 overflow-x-auto">
        {laid.map(({ id, name }) => (
          <li
            key={id}
            className="inline-flex h-7 shrink-0 items-center gap-1 rounded bg-sunken pl-2 text-xs whitespace-nowrap"
          >
            {name}
            <button
              type="button"
              aria-label={`Take out ${name}`}
              onClick={() => takeOut(id)}
              className="flex size-6 items-center justify-center rounded text-ink-3 outline-offset-[-2px] hover:text-ink"
            >
              <X aria-hidden className="size-3" />
            </button>
          </li>
        ))}
      </ul>
      <Button weight="ghost" size="sm" onClick={emptyTray}>
        Clear
      </Button>
      {missing > 0 ? (
        <span className="text-xs text-ink-3">{plural(missing, "more offer")} to compare</span>
      ) : (
        <ButtonLink
          to={compareAddress(laid.map((each) => each.id))}
          weight="primary"
          size="sm"
          icon={Columns3}
        >
          Compare {laid.length}
        </ButtonLink>
      )}
    </section>
  );
}
