/** The frame of making something that is shown once: what is wished first, then what came of it, which is not closed by accident. */
import { type ReactNode, useState } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

interface Props<Made> {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** The title from then on. */
  madeTitle: (made: Made) => string;
  wish: (onMade: (made: Made) => void, onCancel: () => void) => ReactNode;
  shown: (made: Made) => ReactNode;
  /** Its last buttons; else the one that says that a secret is stored. */
  footer?: (made: Made, close: () => void) => ReactNode;
}

export function MakingDialog<Made>(props: Props<Made>) {
  const { open, onOpenChange, title, description, madeTitle, wish, shown, footer = stored } = props;
  const [made, setMade] = useState<Made | null>(null);
  const change = (next: boolean) => {
    onOpenChange(next);
    if (!next) setMade(null);
  };
  const close = () => change(false);
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      wide
      held={made !== null}
      title={made ? madeTitle(made) : title}
      description={made ? undefined : description}
      footer={made && footer(made, close)}
    >
      {made ? shown(made) : wish(setMade, close)}
    </Dialog>
  );
}

function stored(_made: unknown, close: () => void) {
  return (
    <Button autoFocus weight="primary" onClick={close}>
      I have stored it
    </Button>
  );
}
