/** Where the focus goes when a dialog opens, and that it comes back to where it was. */
import { useRef } from "react";

/** Into the first field, else to the dialog itself, so that its title is read; never to the button that closes it. */
export function useDialogFocus() {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      event.preventDefault();
      before.current = document.activeElement;
      const dialog = event.currentTarget as HTMLElement;
      (dialog.querySelector<HTMLElement>("input:not([type=hidden]), textarea") ?? dialog).focus();
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    },
  };
}
