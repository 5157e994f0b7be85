/** The rows of a table on a phone: a card each, with what matters on top. */
import type { ReactNode } from "react";
import { Button } from "./Button";
import type { Column, DataTableProps } from "./DataTable";
import { RowMenu } from "./Menu";

export function DataCards<Row extends object>(props: DataTableProps<Row>) {
  const { label, rows, rowKey, more } = props;
  return (
    <>
      <ul aria-label={label} className="grid gap-2">
        {rows.map((row) => (
          <li
            key={rowKey(row)}
            className="rounded border border-line bg-surface px-3 py-2.5 [contain-intrinsic-size:auto_96px] [content-visibility:auto]"
          >
            <Card row={row} {...props} />
          </li>
        ))}
      </ul>
      {more?.has && (
        <Button className="mt-3 w-full" busy={more.busy} onClick={more.load}>
          Load more
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
}: DataTableProps<Row> & { row: Row }) {
  const place = (column: Column<Row>, at: number) => column.card ?? (at === 0 ? "head" : "line");
  const of = (wanted: string) => columns.filter((column, at) => place(column, at) === wanted);
  const head = of("head").map((column) => <span key={column.id}>{column.cell(row)}</span>);
  return (
    <>
      <div className="flex items-center gap-2">
        <div className="flex min-w-0 flex-1 items-center gap-2 overflow-hidden font-medium">{head}</div>
        {of("aside").map((column) => (
          <span key={column.id}>{column.cell(row)}</span>
        ))}
        {actions && <RowMenu of={rowName(row)}>{actions(row)}</RowMenu>}
      </div>
      <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {of("line").map((column) => (
          <Line key={column.id} name={column.title}>
            {column.cell(row)}
          </Line>
        ))}
      </dl>
      {onOpen && (
        <Button size="sm" weight="ghost" className="mt-1 -ml-2.5" onClick={() => onOpen(row)}>
          Open<span className="sr-only"> {rowName(row)}</span>
        </Button>
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
