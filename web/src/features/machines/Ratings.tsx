/** Stars of those who rented a machine: the average, how they spread, one's own, and giving or changing it. */
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { Button, ButtonLink } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Time } from "../../components/figures";
import { Group } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { StarPicker, Stars, starWords } from "../../components/Stars";
import type { MachineRatings as Given } from "../../lib/api/generated";
import { machinesApi } from "../../lib/machines/api";
import { count, plural } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { useSession } from "../../lib/session/session";

export function Ratings({ machineKey }: { machineKey: string }) {
  const answer = machinesApi.useGetRatingsQuery({ machineId: machineKey });
  return (
    <Group title="Ratings">
      <Asked of={answer} loading={<SkeletonRows rows={5} what="ratings" />}>
        {(ratings) => (
          <div className="grid gap-5">
            <Aggregate ratings={ratings} />
            <Own machineKey={machineKey} own={ratings.own} />
          </div>
        )}
      </Asked>
    </Group>
  );
}

function Aggregate({ ratings }: { ratings: Given }) {
  const { average_rating: average, ratings: number, by_stars: by } = ratings;
  if (average === null) return <p className="text-ink-2">Nobody has rated it yet.</p>;
  return (
    <div className="flex flex-wrap items-center gap-x-8 gap-y-3">
      <p>
        <span className="figures text-2xl font-semibold">{average.toFixed(1)}</span> <Stars value={average} />
        <span className="block text-xs text-ink-3">{plural(number, "rating")}</span>
      </p>
      <ul aria-label="How the ratings spread" className="grid min-w-40 flex-1 gap-1">
        {[5, 4, 3, 2, 1].map((stars) => {
          const given = by[String(stars)] ?? 0;
          return (
            <li key={stars} className="figures flex items-center gap-2 text-xs">
              <span className="w-11 text-right text-ink-3">{starWords(stars)}</span>
              <span aria-hidden className="flex h-1.5 flex-1 overflow-hidden rounded-full bg-line">
                <span className="bg-warning" style={{ width: `${number ? (given / number) * 100 : 0}%` }} />
              </span>
              <span className="w-6 text-right">{count(given)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface OwnProps {
  machineKey: string;
  own: Given["own"];
}

function Own({ machineKey, own }: OwnProps) {
  const signedIn = useSession() === "signed-in";
  const allowed = useAllowed("machines:write");
  const [changing, change] = useState(false);
  const [done, tell] = useState<string | null>(null);
  if (!signedIn)
    return (
      <p className="flex flex-wrap items-center gap-3 text-ink-2">
        Those who rented it can rate it.
        <ButtonLink size="sm" to={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`}>
          Sign in
        </ButtonLink>
      </p>
    );
  return (
    <div className="grid gap-3 border-t border-line pt-4">
      <p role="status" className="empty:hidden">
        {done && (
          <span className="flex items-center gap-2 text-ok">
            <CircleCheck aria-hidden className="size-4" /> {done}
          </span>
        )}
      </p>
      {own && !changing ? (
        <Mine
          own={own}
          onChange={() => {
            tell(null);
            change(true);
          }}
        />
      ) : (
        allowed && (
          <Rate
            {...{ machineKey, own }}
            onDone={(words) => {
              tell(words);
              change(false);
            }}
            onCancel={own ? () => change(false) : undefined}
          />
        )
      )}
    </div>
  );
}

function Mine({ own, onChange }: { own: NonNullable<Given["own"]>; onChange: () => void }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <p>
        <span className="font-medium">Your rating:</span>{" "}
        <Stars value={own.rating} label={starWords(own.rating)} />{" "}
        <span className="text-xs text-ink-3">
          given <Time at={own.at} />
        </span>
        {own.comment && <span className="block text-ink-2">{own.comment}</span>}
      </p>
      <Button size="sm" onClick={onChange}>
        Change
      </Button>
    </div>
  );
}

interface RateProps extends OwnProps {
  onDone: (words: string) => void;
  onCancel: (() => void) | undefined;
}

function Rate({ machineKey, own, onDone, onCancel }: RateProps) {
  const [stars, choose] = useState<number | null>(own?.rating ?? null);
  const [comment, write] = useState(own?.comment ?? "");
  const [rate] = machinesApi.useRateMachineMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      if (stars === null) return;
      const { average_rating: average } = await rate({
        machineId: machineKey,
        body: { rating: stars, comment: comment.trim() || null },
      }).unwrap();
      onDone(`Your ${starWords(stars)} count. The average is now ${average?.toFixed(1)}.`);
    });
  return (
    <Form
      fields={["rating", "comment"]}
      problem={problem}
      onSubmit={() => void send()}
      label="Rate this machine"
    >
      <StarPicker label="How was it?" value={stars} onChange={choose} />
      <TextField
        label="In a few words"
        name="comment"
        optional
        maxLength={500}
        value={comment}
        onChange={(event) => write(event.target.value)}
        className="max-w-md"
      />
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={stars === null}>
          {own ? "Change rating" : "Submit rating"}
        </Button>
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
      </FormActions>
      <div className="max-w-md">
        <CliHint command={`dumont rate ${machineKey} ${stars ?? 4}`} />
      </div>
    </Form>
  );
}
