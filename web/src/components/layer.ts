/** Where menus and lists that float are put: inside the open dialog, else inside the page, so that they belong to a landmark. */
import { createContext, useContext } from "react";

export const LayerContext = createContext<HTMLElement | null>(null);

export function useLayer(): HTMLElement | null {
  const dialog = useContext(LayerContext);
  return dialog ?? document.querySelector("main");
}
