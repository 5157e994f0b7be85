/** Who one is, and how the application looks. */
import { useEffect, useState } from "react";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CliHint, Id } from "../../components/copying";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Time } from "../../components/figures";
import { Fact, Facts, Page, Section } from "../../components/Page";
import { SkeletonLines } from "../../components/Skeleton";
import type { Me } from "../../lib/api/generated";
import { cx } from "../../lib/classes";
import { type Permission, permissionWords } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "../../lib/theme";
import { toast } from "../../lib/toasts";
import { accountsApi } from "./api";

export function Profile() {
  return (
    <Page
      title="Profile"
      description="Who you are here, what you may do, and how the application looks to you."
    >
      <Asked of={useMe()} loading={<SkeletonLines what="your profile" />}>
        {(me) => (
          <>
            <Section title="You" description="The name is what teams and the audit log show.">
              <NameForm me={me} />
            </Section>
            <Section title="Account" description="An administrator can change the role.">
              <Facts>
                <Fact name="Email">{me.email}</Fact>
                <Fact name="Role">
                  <Badge>{me.role}</Badge>
                </Fact>
                <Fact name="Member">
                  <Time at={me.created_at} />
                </Fact>
                <Fact name="Last sign-in">
                  <Time at={me.last_login_at} />
                </Fact>
                <Fact name="Id">
                  <Id value={me.id} what="your id" />
                </Fact>
              </Facts>
            </Section>
            <Section
              title="Permissions"
              description="What your role includes. An API key gets some of these."
            >
              <Permissions names={me.permissions} />
            </Section>
          </>
        )}
      </Asked>
      <Section title="Appearance" description="Kept in this browser.">
        <Appearance />
      </Section>
      <Section title="Elsewhere" description="The same from a terminal.">
        <CliHint command="dumont whoami" />
      </Section>
    </Page>
  );
}

function NameForm({ me }: { me: Me }) {
  const [name, setName] = useState(me.name);
  const [update] = accountsApi.useUpdateMeMutation();
  const { problem, busy, submit } = useFormRequest();
  useEffect(() => {
    setName(me.name);
  }, [me.name]);
  const save = async () => {
    if (await submit(() => update({ body: { name: name.trim() } }).unwrap())) toast({ title: "Name saved" });
  };
  return (
    <div className="max-w-sm">
      <Form label="Your name" fields={["name"]} problem={problem} onSubmit={() => void save()}>
        <TextField
          label="Name"
          name="name"
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <FormActions>
          <Button
            type="submit"
            weight="primary"
            busy={busy}
            disabled={name.trim() === me.name || !name.trim()}
          >
            Save
          </Button>
        </FormActions>
      </Form>
    </div>
  );
}

function Permissions({ names }: { names: string[] }) {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {names.map((name) => (
        <li key={name} className="flex flex-wrap items-baseline justify-between gap-x-4 py-1.5">
          <span>{permissionWords[name as Permission] ?? name}</span>
          <code className="text-xs text-ink-3">{name}</code>
        </li>
      ))}
    </ul>
  );
}

const themes: readonly { value: ThemeChoice; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function Appearance() {
  const chosen = useThemeChoice();
  return (
    <fieldset className="flex flex-wrap gap-3">
      <legend className="sr-only">Theme</legend>
      {themes.map(({ value, label }) => (
        <label key={value} className="group grid cursor-pointer gap-1.5 text-center">
          <input
            type="radio"
            name="theme"
            className="peer sr-only"
            checked={chosen === value}
            onChange={() => chooseTheme(value)}
          />
          <span
            className={cx(
              "flex h-18 w-32 overflow-hidden rounded border peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2",
              chosen === value ? "border-accent ring-1 ring-accent" : "border-line-2",
            )}
          >
            {(value === "system" ? ["light", "dark"] : [value]).map((theme) => (
              <Miniature key={theme} theme={theme} />
            ))}
          </span>
          <span className={cx(chosen === value ? "font-medium text-ink" : "text-ink-2")}>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Miniature({ theme }: { theme: string }) {
  return (
    <span aria-hidden data-theme={theme} className="flex flex-1 bg-surface">
      <span className="w-1/4 border-r border-line bg-canvas" />
      <span className="grid flex-1 content-start gap-1.5 p-2">
        <span className="h-1.5 w-2/3 rounded-full bg-ink" />
        <span className="h-1 w-full rounded-full bg-line-2" />
        <span className="h-1 w-4/5 rounded-full bg-line-2" />
        <span className="mt-1 h-2 w-1/2 rounded-full bg-accent" />
      </span>
    </span>
  );
}
