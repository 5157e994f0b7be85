/** The frame of making something with a secret: what is wished first, then the secret, this once, which is not closed by accident. */
import { type ReactNode, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";

interface Props<Made> {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** The title from then on. */
  madeTitle: (made: Made) => string;
  wish: (onMade: (made: Made) => void, onCancel: () => void) => ReactNode;
  secret: (made: Made) => ReactNode;
}

export function MakingDialog<Made>(props: Props<Made>) {
  const { open, onOpenChange, title, description, madeTitle, wish, secret } = props;
  const [made, setMade] = useState<Made | null>(null);
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next) setMade(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      wide
      held={made !== null}
      title={made ? madeTitle(made) : title}
      description={made ? undefined : description}
      footer={
        made && (
          <Button autoFocus weight="primary" onClick={() => close(false)}>
            I have stored it
          </Button>
        )
      }
    >
      {made ? secret(made) : wish(setMade, () => close(false))}
    </Dialog>
  );
}
