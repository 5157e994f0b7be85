/** How the application is built, served in development, and tested. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env.DUMONT_URL ?? "http://127.0.0.1:8000";

/** The text font is fetched with the page and not after its styles: else words move when it comes, under a finger too. */
const fontFirst: Plugin = {
  name: "font-first",
  transformIndexHtml(_html, { bundle }) {
    const font = Object.keys(bundle ?? {}).find((file) => /inter-latin.*\.woff2$/.test(file));
    if (!font) return [];
    const attrs = { rel: "preload", href: `/${font}`, as: "font", type: "font/woff2", crossorigin: true };
    return [{ tag: "link", attrs, injectTo: "head-prepend" }];
  },
};

export default defineConfig(({ command }) => ({
  plugins: [react(), tailwindcss(), fontFirst],
  // The server replaces the placeholder by a fresh value in each answer; in development there is no policy.
  html: command === "build" ? { cspNonce: "__CSP_NONCE__" } : {},
  build: {
    outDir: "dist",
    target: "es2022",
    // The policy allows no data: scripts or fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: {
      // With the slash: /api-keys is a page.
      "^/api/": { target: server, ws: true },
      "^/health/": server,
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/lib/testing/setup.ts"],
    restoreMocks: true,
    // One page for all files of a process: to make one for each took nine tenths of the time. Each test begins empty.
    isolate: false,
  },
}));
