/** Which snapshots are kept: a rule for all, others for some labels, and what each would delete before it is saved. */
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Button, ButtonLink } from "../../components/Button";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Group, Page } from "../../components/Page";
import { Picker } from "../../components/Select";
import { SkeletonLines } from "../../components/Skeleton";
import type { KeepRules, Retention as Kept, RetentionPlan } from "../../lib/api/generated";
import { cx } from "../../lib/classes";
import { useAllowed } from "../../lib/session/me";
import { toast } from "../../lib/toasts";
import { snapshotsApi } from "./api";
import { goneWords, rulesOf, ruleWords, spans, typedOf } from "./keeping";
import { FollowOwners, type Owner, useOwners } from "./owners";
import { Plan } from "./Plan";

export function Retention() {
  const [params, setParams] = useSearchParams();
  const teamId = params.get("team_id");
  const label = params.get("label");
  const owners = useOwners();
  const answer = snapshotsApi.useGetRetentionQuery({ teamId });
  const go = (alter: (next: URLSearchParams) => void) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      alter(next);
      return next;
    });
  const open = (to: string | null) =>
    go((next) => (to === null ? next.delete("label") : next.set("label", to)));
  return (
    <Page
      title="Retention"
      description="A snapshot stays if one of its rules wants it. What no rule keeps is deleted by the next pruning, and can be taken back for a while."
      actions={
        <>
          {owners.length > 1 && <Whose owners={owners} teamId={teamId} go={go} />}
          <ButtonLink to={`/snapshots${teamId ? `?team_id=${teamId}` : ""}`}>All snapshots</ButtonLink>
        </>
      }
    >
      <FollowOwners owners={owners} />
      <Asked of={answer} loading={<SkeletonLines what="the rules" />}>
        {(kept) => <Drawn kept={kept} label={label} teamId={teamId} onOpen={open} />}
      </Asked>
    </Page>
  );
}

interface WhoseProps {
  owners: readonly Owner[];
  teamId: string | null;
  go: (alter: (next: URLSearchParams) => void) => void;
}

function Whose({ owners, teamId, go }: WhoseProps) {
  return (
    <Picker
      label="Whose snapshots"
      className="w-48"
      value={teamId ?? "own"}
      options={owners.map((owner) => ({ value: owner.teamId ?? "own", label: owner.name }))}
      onChange={(next) =>
        go((to) => {
          to.delete("label");
          if (next === "own") to.delete("team_id");
          else to.set("team_id", next);
        })
      }
    />
  );
}

interface DrawnProps {
  kept: Kept;
  /** Of which label; null is the default, empty a new one. */
  label: string | null;
  teamId: string | null;
  onOpen: (label: string | null) => void;
}

function Drawn({ kept, label, teamId, onOpen }: DrawnProps) {
  const own = kept.labels.find((each) => each.label === label);
  const known = label === null ? kept.default : own;
  return (
    <div className="grid items-start gap-x-10 gap-y-8 md:grid-cols-[minmax(220px,300px)_minmax(0,1fr)]">
      <Group title="Rules">
        <ul className="grid gap-1">
          <Choice
            title="Default"
            words={ruleWords(kept.default?.rules ?? null)}
            chosen={label === null}
            onChoose={() => onOpen(null)}
          />
          {kept.labels.map((each) => (
            <Choice
              key={each.instance_id ?? each.label}
              title={each.label ?? ""}
              words={ruleWords(each.rules)}
              chosen={label === each.label}
              onChoose={() => onOpen(each.label)}
            />
          ))}
        </ul>
        <Button size="sm" icon={Plus} className="justify-self-start" onClick={() => onOpen("")}>
          Rule for one label
        </Button>
      </Group>
      <Group title={titleOf(label, own !== undefined)}>
        <RulesForm
          key={`${teamId} ${label} ${known?.changed_at}`}
          label={label}
          known={known?.rules ?? null}
          teamId={teamId}
          onSaved={onOpen}
        />
      </Group>
    </div>
  );
}

function titleOf(label: string | null, known: boolean): string {
  if (label === null) return "Of all that have no rule of their own";
  return known ? `Of ${label}` : "Of one label";
}

interface ChoiceProps {
  title: string;
  words: string;
  chosen: boolean;
  onChoose: () => void;
}

function Choice({ title, words, chosen, onChoose }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        aria-current={chosen ? "true" : undefined}
        onClick={onChoose}
        className={cx(
          "w-full rounded border px-3 py-2 text-left hover:bg-hover",
          chosen ? "border-accent bg-accent-soft" : "border-line",
        )}
      >
        <span className="block truncate font-medium">{title}</span>
        <span className="block text-xs text-ink-2">{words}</span>
      </button>
    </li>
  );
}

interface FormProps {
  label: string | null;
  known: KeepRules | null;
  teamId: string | null;
  onSaved: (label: string | null) => void;
}

function RulesForm({ label, known, teamId, onSaved }: FormProps) {
  const writes = useAllowed("snapshots:write");
  const [typed, type] = useState(() => typedOf(known));
  const [name, setName] = useState(label ?? "");
  const [plan, setPlan] = useState<RetentionPlan | null>(null);
  const [put] = snapshotsApi.usePutRetentionMutation();
  const { problem, busy, submit } = useFormRequest();
  const fresh = label !== null && known === null;
  const of = label === null ? null : fresh ? name.trim() : label;
  const send = (rules: KeepRules | null, dryRun: boolean) =>
    submit(async () => {
      const body = { label: of, rules, dry_run: dryRun, team_id: teamId };
      const answer = await put({ body }).unwrap();
      if (dryRun) return setPlan(answer);
      toast({
        title: rules ? "The rules are saved" : "The rules are removed",
        detail: goneWords(answer.going_count),
      });
      onSaved(rules ? of : null);
    });
  return (
    <div className="grid gap-6">
      <Form
        label="Rules of keeping"
        fields={["label", ...spans.map(({ key }) => `rules.${key}`)]}
        problem={problem}
        onSubmit={() => void send(rulesOf(typed), true)}
      >
        {fresh && (
          <TextField
            label="Label"
            name="label"
            value={name}
            maxLength={200}
            placeholder="training-box"
            hint="An instance, or what its snapshots are said to be of."
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-5">
          {spans.map(({ key, title }) => (
            <TextField
              key={key}
              label={title}
              name={`rules.${key}`}
              inputMode="numeric"
              autoComplete="off"
              placeholder="0"
              className="figures"
              value={typed[key]}
              onChange={(event) => {
                setPlan(null);
                type({ ...typed, [key]: event.target.value.replace(/\D/g, "") });
              }}
            />
          ))}
        </div>
        <p className="text-xs text-ink-3">
          {ruleWords(rulesOf(typed))}. Hourly and the like keep the newest of each hour, day, week and month.
        </p>
        <FormActions>
          <Button type="submit" weight={plan ? "secondary" : "primary"} busy={busy} disabled={of === ""}>
            See what would go
          </Button>
          {plan && (
            <Button
              weight="primary"
              disabled={!writes}
              busy={busy}
              onClick={() => void send(rulesOf(typed), false)}
            >
              Save
            </Button>
          )}
          {known && (
            <Button icon={Trash2} disabled={!writes} busy={busy} onClick={() => void send(null, false)}>
              Remove
            </Button>
          )}
        </FormActions>
      </Form>
      {plan && <Plan plan={plan} />}
    </div>
  );
}
