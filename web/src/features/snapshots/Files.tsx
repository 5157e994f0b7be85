/** The files of a snapshot, a folder at a time: the folder stands in the address, chosen paths can be restored alone. */
import { Download, File, Folder, FolderOpen, Link2, LockKeyhole, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Button } from "../../components/Button";
import { type Column, DataTable } from "../../components/DataTable";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import { Tick } from "../../components/toggles";
import type { FileEntry, SnapshotDetail } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { plural } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { toast, toastProblem } from "../../lib/toasts";
import { snapshotLists } from "./api";
import { Crumbs } from "./Crumbs";
import { roomOf, save } from "./download";
import { Size } from "./figures";

interface Props {
  snapshot: SnapshotDetail;
  onRestore: (paths: readonly string[]) => void;
}

export function Files({ snapshot, onRestore }: Props) {
  if (snapshot.encrypted === false) return <Tree snapshot={snapshot} onRestore={onRestore} />;
  return (
    <div className="rounded border border-line">
      <EmptyState icon={LockKeyhole} title="Only its owner can read it">
        <p>
          It is encrypted with a passphrase that the server has never had, so nobody can list its files here.
          They can be restored on a machine with the passphrase.
        </p>
      </EmptyState>
    </div>
  );
}

const icons = { file: File, folder: Folder, link: Link2, hardlink: File };

function Tree({ snapshot, onRestore }: Props) {
  const [params, setParams] = useSearchParams();
  const path = params.get("path") ?? "";
  const answer = snapshotLists.useFilePagesInfiniteQuery({ snapshotId: snapshot.id, path });
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const writes = useAllowed("snapshots:write");
  const go = (to: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      if (to) next.set("path", to);
      else next.delete("path");
      return next;
    });
  const toggle = (entry: FileEntry) => {
    const next = new Set(chosen);
    if (!next.delete(entry.path)) next.add(entry.path);
    choose(next);
  };
  const fetchIt = (entry: Pick<FileEntry, "path" | "name" | "kind" | "size" | "link">) => {
    if (entry.kind === "link")
      return toast({ tone: "info", title: `It is a link to ${entry.link ?? "nothing"}` });
    void save(snapshot.id, entry).catch(toastProblem);
  };
  const name = path.split("/").at(-1) || snapshot.label;
  const hereOf = (shown: readonly FileEntry[]) =>
    ({
      path,
      name,
      kind: "folder",
      size: roomOf(shown, answer.hasNextPage, snapshot.bytes),
      link: null,
    }) as const;
  return (
    <Asked of={answer} loading={<SkeletonRows rows={8} what="the files" />}>
      {(data) => (
        <DataTable
          id="snapshot-files"
          label={path ? `Files of ${path}` : "Files"}
          columns={columnsOf(chosen, toggle)}
          rows={rowsOf(data)}
          rowKey={(entry) => entry.path}
          rowName={(entry) => entry.name}
          onOpen={(entry) => (entry.kind === "folder" ? go(entry.path) : fetchIt(entry))}
          more={moreOf(answer)}
          toolbar={<Crumbs root={snapshot.root || snapshot.label} path={path} onGo={go} />}
          toolbarAlone
          summary={
            <span className="flex flex-wrap items-center gap-2">
              {chosen.size > 0 && (
                <Button weight="ghost" size="sm" onClick={() => choose(new Set())}>
                  Choose none
                </Button>
              )}
              {chosen.size > 0 && (
                <Button size="sm" icon={RotateCcw} disabled={!writes} onClick={() => onRestore([...chosen])}>
                  Restore {plural(chosen.size, "chosen path")}
                </Button>
              )}
              <Button size="sm" icon={Download} onClick={() => fetchIt(hereOf(rowsOf(data)))}>
                Save as tar
              </Button>
            </span>
          }
          actions={(entry) => (
            <>
              {entry.kind === "folder" && (
                <MenuItem icon={FolderOpen} keys="Enter" onSelect={() => go(entry.path)}>
                  Open
                </MenuItem>
              )}
              <MenuItem icon={Download} disabled={entry.kind === "link"} onSelect={() => fetchIt(entry)}>
                {entry.kind === "folder" ? "Save as tar" : "Save"}
              </MenuItem>
              <MenuItem icon={RotateCcw} disabled={!writes} onSelect={() => onRestore([entry.path])}>
                Restore this alone
              </MenuItem>
            </>
          )}
          empty={
            <EmptyState icon={Folder} title="This folder is empty">
              <p>It was so when the snapshot was taken.</p>
            </EmptyState>
          }
        />
      )}
    </Asked>
  );
}

function columnsOf(chosen: ReadonlySet<string>, toggle: (entry: FileEntry) => void): Column<FileEntry>[] {
  return [
    {
      id: "chosen",
      title: "Chosen",
      silent: true,
      fixed: true,
      width: 40,
      card: "aside",
      cell: (entry, stop) => (
        <Tick
          aria-label={`Choose ${entry.name}`}
          tabIndex={stop}
          checked={chosen.has(entry.path)}
          onCheckedChange={() => toggle(entry)}
        />
      ),
    },
    { id: "name", title: "Name", cell: (entry) => <Name entry={entry} />, fixed: true, card: "head" },
    {
      id: "size",
      title: "Size",
      cell: (entry) => <Amount entry={entry} />,
      align: "right",
      width: 184,
    },
    {
      id: "modified",
      title: "Changed",
      cell: (entry) => <Time at={entry.modified_at} />,
      align: "right",
      width: 108,
    },
    {
      id: "mode",
      title: "Mode",
      cell: (entry) => <code className="text-xs text-ink-2">{entry.mode}</code>,
      align: "right",
      width: 80,
      roomy: true,
    },
    {
      id: "owner",
      title: "Owner",
      cell: (entry) => (
        <span className="figures text-ink-2">
          {entry.uid}:{entry.gid}
        </span>
      ),
      align: "right",
      width: 104,
      roomy: true,
    },
  ];
}

function Name({ entry }: { entry: FileEntry }) {
  const Icon = icons[entry.kind];
  return (
    <span className="inline-flex max-w-full items-center gap-2 align-middle">
      <Icon
        aria-hidden
        className={entry.kind === "folder" ? "size-4 shrink-0 text-accent-ink" : "size-4 shrink-0 text-ink-3"}
      />
      <span className={entry.kind === "folder" ? "truncate font-medium" : "truncate"}>{entry.name}</span>
      {entry.link && (
        <span className="truncate text-xs text-ink-3">
          {entry.kind === "link" ? "→" : "same as"} {entry.link}
        </span>
      )}
    </span>
  );
}

function Amount({ entry }: { entry: FileEntry }) {
  if (entry.entries !== null)
    return (
      <span className="whitespace-nowrap">
        <span className="mr-2 text-xs text-ink-3">{plural(entry.entries, "entry", "entries")}</span>
        <Size bytes={entry.size} />
      </span>
    );
  return entry.kind === "link" ? <span className="text-ink-3">link</span> : <Size bytes={entry.size} />;
}
