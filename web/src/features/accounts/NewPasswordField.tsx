/** A password being chosen, with the server's judgement of it beside it while one types. */
import { useContext, useEffect, useState } from "react";
import { PasswordField } from "../../components/fields";
import { FormFaultsContext } from "../../components/formFaults";
import { cx } from "../../lib/classes";
import { accountsApi } from "./api";

interface Props {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  email?: string;
}

interface Judgement {
  score: number;
  acceptable: boolean;
  warning?: string | null;
  suggestions: string[];
}

const words = ["Very weak", "Weak", "Fair", "Strong", "Very strong"];

export function NewPasswordField({ label, name, value, onChange, email = "" }: Props) {
  const judgement = useJudgement(value, email);
  const refused = useContext(FormFaultsContext)[name] !== undefined;
  const advice = refused ? "" : judgement?.warning || judgement?.suggestions[0];
  return (
    <div className="grid gap-2">
      <PasswordField
        label={label}
        name={name}
        autoComplete="new-password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        hint="Long beats complicated: take a few words."
      />
      <div aria-live="polite" className="grid gap-1.5">
        {judgement && <Meter judgement={judgement} />}
        {judgement && advice && <p className="text-xs text-ink-2">{advice}</p>}
      </div>
    </div>
  );
}

function Meter({ judgement: { score, acceptable } }: { judgement: Judgement }) {
  const tone = acceptable ? "bg-ok" : score >= 2 ? "bg-warning" : "bg-danger";
  return (
    <div className="flex items-center gap-3">
      <div aria-hidden className="flex flex-1 gap-1">
        {[0, 1, 2, 3].map((step) => (
          <span
            key={step}
            className={cx("h-1 flex-1 rounded-full", step < Math.max(1, score) ? tone : "bg-line")}
          />
        ))}
      </div>
      <span className="text-xs text-ink-2">
        {words[score] ?? words[0]}
        {acceptable ? "" : ", not enough"}
      </span>
    </div>
  );
}

/** Asks when typing pauses; an answer to an older text is dropped. */
function useJudgement(password: string, email: string): Judgement | null {
  const [judgement, setJudgement] = useState<Judgement | null>(null);
  const [ask] = accountsApi.usePasswordStrengthMutation();
  useEffect(() => {
    if (!password) return setJudgement(null);
    let current = true;
    const timer = setTimeout(async () => {
      const answer = await ask({ body: { password, email: email || null } })
        .unwrap()
        .catch(() => null);
      if (current) setJudgement(answer);
    }, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [password, email, ask]);
  return judgement;
}
