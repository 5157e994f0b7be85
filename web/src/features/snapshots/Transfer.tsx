/** How far a snapshot or a restore is: stage, share, bytes, files, rate, the time left, and whether the hot files are there. */
import { Flame } from "lucide-react";
import { Badge } from "../../components/Badge";
import { Bar } from "../../components/Progress";
import type { SnapshotProgress } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { count, plural } from "../../lib/numbers";
import { useTickingWords } from "../../lib/ticking";
import { duration } from "../../lib/time";
import { silenceWords, stageWords } from "./words";

interface Props {
  label: string;
  progress: SnapshotProgress;
}

export function Transfer({ label, progress }: Props) {
  const { stage, percent, bytes, bytes_total: total, bytes_per_second: rate } = progress;
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <span className="flex min-w-0 items-center gap-2 text-ink-2">
          {stageWords(stage)}
          {progress.hot_ready && (
            <Badge tone="ok" icon={Flame}>
              Hot files ready
            </Badge>
          )}
        </span>
        {percent !== null && <span className="figures font-medium">{Math.floor(percent)}%</span>}
      </div>
      <Bar label={label} percent={percent} />
      <div className="figures flex flex-wrap justify-between gap-x-4 text-xs text-ink-3">
        <span>
          {size(bytes)}
          {total > 0 && ` of ${size(total)}`} · {filesWords(progress)}
        </span>
        <span>
          {rate > 0 && `${size(rate)}/s`}
          <Left progress={progress} />
        </span>
      </div>
    </div>
  );
}

function filesWords({ files, files_total: total }: SnapshotProgress): string {
  return total > 0 ? `${count(files)} of ${plural(total, "file")}` : plural(files, "file");
}

function Left({ progress }: Pick<Props, "progress">) {
  const { at, seconds_left: left } = progress;
  const words = useTickingWords((now) => {
    if (left === null || silenceWords(progress, now)) return "";
    const rest = left - Math.max(0, now - Date.parse(at)) / 1000;
    return rest > 1 ? ` · ${duration(rest)} left` : " · nearly done";
  });
  return words;
}

/** In one line of a table. */
export function TransferLine({ label, progress }: Props) {
  const { percent, seconds_left: left } = progress;
  return (
    <span className="flex items-center gap-2">
      <span className="w-16 shrink-0">
        <Bar label={label} percent={percent} />
      </span>
      <span className="figures truncate text-xs text-ink-3">
        {percent === null ? stageWords(progress.stage) : `${Math.floor(percent)}%`}
        {left !== null && left > 1 && ` · ${duration(left, 1)}`}
      </span>
    </span>
  );
}
