/** The server's messages for the fields of the form around them. */
import { createContext } from "react";

export const FormFaultsContext = createContext<Record<string, string>>({});
