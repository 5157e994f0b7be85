/** A race as it happens: a lane for each machine, its stages as pieces of the lane, and when it was over. */
import { Check, Flag, X } from "lucide-react";
import { Money } from "../../components/figures";
import type { Lane, Race } from "../../lib/api/generated";
import { cx } from "../../lib/classes";
import { providerTitle } from "../../lib/providerNames";
import { useTickingWords } from "../../lib/ticking";
import { duration } from "../../lib/time";
import { isOver, piecesOf, raceWords, roundsOf, secondsNow, trackSeconds } from "./race";
import { endingWords, laneSeconds, laneWords, stageWords } from "./words";

interface Props {
  race: Race;
  /** When this was the truth, in milliseconds: between two answers the lanes go on by themselves. */
  saidAt: number;
}

export function RaceTrack({ race, saidAt }: Props) {
  const ticks = Number(useTickingWords((moment) => (race.state === "running" ? String(moment) : "0")));
  const now = race.state === "running" ? Math.max(ticks, saidAt) : saidAt;
  const track = trackSeconds(race, now, saidAt);
  return (
    <figure aria-label="Race" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <figcaption className="text-ink-2">
        <span role="status">{raceWords(race)}</span>
      </figcaption>
      {roundsOf(race).map(([round, lanes]) => (
        <div key={round} className="grid grid-cols-[minmax(0,1fr)] gap-1">
          {race.round > 1 && <p className="text-xs text-ink-3">Round {round}</p>}
          <ol className="grid grid-cols-[minmax(0,1fr)] gap-px overflow-hidden rounded border border-line bg-line">
            {lanes.map((lane) => (
              <LaneRow
                key={lane.rental_id}
                lane={lane}
                seconds={secondsNow(lane, race, now, saidAt)}
                track={track}
              />
            ))}
          </ol>
        </div>
      ))}
      <Axis seconds={track} />
    </figure>
  );
}

interface RowProps {
  lane: Lane;
  seconds: number;
  track: number;
}

function LaneRow({ lane, seconds, track }: RowProps) {
  const lost = lane.ended_at !== null && !lane.winner;
  return (
    <li
      className={cx(
        "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 bg-surface px-3 py-2",
        "sm:grid-cols-[minmax(150px,220px)_minmax(0,1fr)_minmax(132px,auto)]",
        lane.winner && "bg-ok-soft",
      )}
    >
      <div className="min-w-0">
        <p className="truncate font-medium">
          {providerTitle(lane.provider)} <span className="font-normal text-ink-2">{lane.machine_id}</span>
        </p>
        <p className="truncate text-xs text-ink-3">
          {lane.gpu_name ? `${lane.gpu_count}× ${lane.gpu_name}` : "No GPU"}
          {lane.region ? ` · ${lane.region}` : ""} · <Money value={lane.price_hour} per="h" />
        </p>
      </div>
      <div className="order-last col-span-2 sm:order-none sm:col-span-1">
        <Bars lane={lane} seconds={seconds} track={track} lost={lost} />
      </div>
      <p className="text-right text-xs">
        <span className="flex items-center justify-end gap-1 font-medium">
          <LaneSign lane={lane} />
          {lost ? (endingWords(lane.why_ended) ?? laneWords(lane.lane)) : laneWords(lane.lane)}
        </span>
        <span className="figures text-ink-3">{laneSeconds({ seconds })}</span>
      </p>
    </li>
  );
}

function LaneSign({ lane }: { lane: Lane }) {
  if (lane.winner) return <Flag aria-hidden className="size-3.5 text-ok" />;
  if (lane.error) return <X aria-hidden className="size-3.5 text-danger" />;
  if (lane.ended_at) return <Check aria-hidden className="size-3.5 text-ink-3" />;
  return <span aria-hidden className="size-1.5 animate-breathe rounded-full bg-accent" />;
}

/** From pale to full, so that the order is seen without colours being told apart. */
const shades: Record<string, string> = {
  waiting: "opacity-20",
  creating: "opacity-30",
  booting: "opacity-55",
  ssh: "opacity-75",
  agent: "opacity-90",
  ending: "opacity-15",
};

function Bars({ lane, seconds, track, lost }: RowProps & { lost: boolean }) {
  const pieces = piecesOf(lane, seconds, track);
  const words = pieces.map((piece) => `${stageWords(piece.stage)} ${duration(piece.width * track, 1)}`);
  return (
    <div role="img" aria-label={words.join(", ") || "Not begun"} className="flex h-2 rounded-full bg-sunken">
      {pieces.map((piece, at) => (
        <span
          key={piece.stage}
          title={words[at]}
          style={{ width: `${piece.width * 100}%` }}
          className={cx(
            "transition-[width] duration-1000 ease-linear first:rounded-l-full last:rounded-r-full",
            lane.winner ? "bg-ok" : lost ? "bg-line-2" : "bg-accent",
            shades[piece.stage],
            isOver(lane) && "transition-none",
          )}
        />
      ))}
    </div>
  );
}

function Axis({ seconds }: { seconds: number }) {
  return (
    <div
      aria-hidden
      className="figures -mt-3 hidden justify-between pr-[148px] pl-[232px] text-xs text-ink-3 sm:flex"
    >
      <span>0</span>
      <span>{duration(seconds / 2)}</span>
      <span>{duration(seconds)}</span>
    </div>
  );
}
