/** Starts the application: the nonce for styles made at run time, the theme, the session, then the first page. */
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "react-redux";
import { Toasts } from "../components/Toasts";
import { TooltipProvider } from "../components/Tooltip";
import { followSession } from "../lib/live/live";
import { session } from "../lib/session/session";
import { watchTheme } from "../lib/theme";
import "./app.css";
import { Boundary } from "./PageBoundary";
import { fetchPages, Router } from "./router";
import { followServer, store } from "./store";

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);

watchTheme();
followServer();
followSession();
void session.begin();

const home = document.getElementById("root");
if (!home) throw new Error("The page has no #root to draw into.");
createRoot(home).render(
  <StrictMode>
    <Provider store={store}>
      <TooltipProvider delayDuration={350} skipDelayDuration={200}>
        <Boundary address="">
          <Router />
          <Toasts />
        </Boundary>
      </TooltipProvider>
    </Provider>
  </StrictMode>,
);

window.addEventListener("load", fetchPages, { once: true });
