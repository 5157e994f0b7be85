/** All addresses. A page's code is fetched when it is first opened. */
import type { ComponentType } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { PageFailure } from "./PageFailure";
import { Root } from "./Root";
import { Splash } from "./Splash";
import { Shell } from "./shell/Shell";

type PageModule = Promise<Record<string, unknown>>;

/** A route whose page is the named export of a module. */
function page(path: string, load: () => PageModule, name: string): RouteObject {
  return { path, lazy: async () => ({ Component: (await load())[name] as ComponentType }) };
}

const accounts = {
  signIn: () => import("../features/accounts/SignIn"),
  signUp: () => import("../features/accounts/SignUp"),
  password: () => import("../features/accounts/PasswordReset"),
};
const soon = () => import("../features/soon/Soon");

const inShell: RouteObject[] = [
  { path: "/", Component: () => <Navigate to="/design" replace /> },
  page("/design", () => import("../features/design/Design"), "Design"),
  page("/:area", soon, "Soon"),
  page("*", soon, "NotFound"),
];

export const router = createBrowserRouter([
  {
    Component: Root,
    HydrateFallback: Splash,
    ErrorBoundary: PageFailure,
    children: [
      page("/sign-in", accounts.signIn, "SignIn"),
      page("/sign-up", accounts.signUp, "SignUp"),
      page("/forgot-password", accounts.password, "ForgotPassword"),
      page("/reset-password", accounts.password, "ResetPassword"),
      { Component: Shell, children: inShell.map((route) => ({ ...route, ErrorBoundary: PageFailure })) },
    ],
  },
]);
