/** Who is signed in, and the way out. */
import { ChevronsUpDown, KeyRound, LogIn, LogOut, ShieldCheck, User } from "lucide-react";
import { useNavigate } from "react-router";
import { ButtonLink } from "../../components/Button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../../components/Menu";
import { Skeleton } from "../../components/Skeleton";
import { cx } from "../../lib/classes";
import { useMe } from "../../lib/session/me";
import { useSession } from "../../lib/session/session";
import { useSignOut } from "../../lib/session/signOut";

export function AccountMenu({ small = false }: { small?: boolean }) {
  const signedOut = useSession() === "signed-out";
  const { data } = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  if (signedOut)
    return small ? null : (
      <ButtonLink to="/sign-in" icon={LogIn} className="w-full">
        Sign in
      </ButtonLink>
    );
  if (!data) return <Skeleton className={small ? "size-8" : "h-9 w-full"} />;
  const leave = async () => {
    await signOut();
    void navigate("/sign-in");
  };
  return (
    <Menu
      trigger={<Trigger name={data.name} email={data.email} small={small} />}
      side={small ? "right" : "top"}
      align={small ? "end" : "start"}
      className="min-w-52"
    >
      <MenuLabel>
        {data.email} · {data.role}
      </MenuLabel>
      <MenuItem icon={User} onSelect={() => void navigate("/profile")}>
        Profile
      </MenuItem>
      <MenuItem icon={KeyRound} onSelect={() => void navigate("/api-keys")}>
        API keys
      </MenuItem>
      <MenuItem icon={ShieldCheck} onSelect={() => void navigate("/security")}>
        Security
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={LogOut} onSelect={() => void leave()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}

interface TriggerProps extends React.ComponentProps<"button"> {
  name: string;
  email: string;
  small: boolean;
}

function Trigger({ name, email, small, ...button }: TriggerProps) {
  return (
    <button
      type="button"
      {...button}
      aria-label={`Account of ${name || email}`}
      className={cx(
        "flex items-center gap-2.5 rounded text-left hover:bg-hover data-[state=open]:bg-hover",
        small ? "p-1" : "w-full px-2 py-1.5",
      )}
    >
      <Initials name={name || email} />
      {!small && (
        <>
          <span className="min-w-0 flex-1 leading-4">
            <span className="block truncate font-medium">{name || email}</span>
            <span className="block truncate text-xs text-ink-3">{email}</span>
          </span>
          <ChevronsUpDown aria-hidden className="size-3.5 text-ink-3" />
        </>
      )}
    </button>
  );
}

function Initials({ name }: { name: string }) {
  const letters = name
    .split(/[\s@.]+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .join("");
  return (
    <span
      aria-hidden
      className="flex size-7 shrink-0 items-center justify-center rounded bg-accent-soft text-xs font-semibold text-accent-ink"
    >
      {letters}
    </span>
  );
}
