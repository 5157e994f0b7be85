/** The rows of a table on a phone: a card each, with what matters on top. */
import { type ReactNode, useState } from "react";
import { Button } from "./Button";
import type { Column, DataTableProps } from "./DataTable";
import { RowMenu } from "./Menu";

/** Cards are not virtual, so a long list is drawn in portions. */
const PORTION = 100;

export function DataCards<Row extends object>(props: DataTableProps<Row>) {
  const { label, rows, rowKey, more } = props;
  const [shown, setShown] = useState(PORTION);
  const hidden = rows.length > shown;
  return (
    <>
      <ul aria-label={label} className="grid grid-cols-[minmax(0,1fr)] gap-2">
        {rows.slice(0, shown).map((row) => (
          <li key={rowKey(row)} className="rounded border border-line bg-surface px-3 py-2.5">
            {props.card ? props.card(row) : <Card row={row} {...props} />}
          </li>
        ))}
      </ul>
      {(hidden || more?.has) && (
        <Button
          className="mt-3 w-full"
          busy={more?.busy}
          onClick={() => (hidden ? setShown(shown + PORTION) : more?.load())}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function Card<Row extends object>({
  row,
  columns,
  actions,
  onOpen,
  rowName,
}: Omit<DataTableProps<Row>, "card"> & { row: Row }) {
  const place = (column: Column<Row>, at: number) => column.card ?? (at === 0 ? "head" : "line");
  const of = (wanted: string) => columns.filter((column, at) => place(column, at) === wanted);
  const head = of("head").map((column) => (
    <span key={column.id} className="min-w-0">
      {column.cell(row, 0)}
    </span>
  ));
  const headLooks =
    "flex min-h-6 min-w-0 flex-1 items-center gap-2 text-left font-medium [overflow-wrap:anywhere]";
  return (
    <>
      <div className="flex items-center gap-2">
        {onOpen && !of("head").some((column) => column.link) ? (
          <button
            type="button"
            aria-label={`Open ${rowName(row)}`}
            className={headLooks}
            onClick={() => onOpen(row)}
          >
            {head}
          </button>
        ) : (
          <div className={headLooks}>{head}</div>
        )}
        {of("aside").map((column) => (
          <span key={column.id} className="shrink-0 text-ink-2">
            {column.cell(row, 0)}
          </span>
        ))}
        {actions && <RowMenu of={rowName(row)}>{actions(row)}</RowMenu>}
      </div>
      {of("line").length > 0 && (
        <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
          {of("line").map((column) => (
            <Line key={column.id} name={column.title}>
              {column.cell(row, 0)}
            </Line>
          ))}
        </dl>
      )}
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 truncate text-right">{children}</dd>
    </>
  );
}
