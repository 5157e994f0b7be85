/** Whether a cell stands in the row that the keyboard is on: only there its buttons are stops of the tab key. */
import { createContext } from "react";

export const CurrentRowContext = createContext(true);
