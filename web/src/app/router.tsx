/** All addresses. A page's code is fetched when it is first opened, or before, when the browser has nothing to do. */
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { Opening } from "./Opening";
import { PageBoundary } from "./PageBoundary";
import { Root } from "./Root";
import { Splash } from "./Splash";
import { Members, Operators } from "./shell/gates";
import { Shell } from "./shell/Shell";

type Load = () => Promise<Record<string, unknown>>;

/** The palette is among them: who opens it by keyboard types on at once. */
const later: Load[] = [() => import("./shell/Palette")];

/** The page that is the named export of a module. */
function page(load: Load, name: string): ComponentType {
  later.push(load);
  return lazy(async () => ({ default: (await load())[name] as ComponentType }));
}

const SignIn = page(() => import("../features/accounts/SignIn"), "SignIn");
const SignUp = page(() => import("../features/accounts/SignUp"), "SignUp");
const ForgotPassword = page(() => import("../features/accounts/PasswordReset"), "ForgotPassword");
const ResetPassword = page(() => import("../features/accounts/PasswordReset"), "ResetPassword");
const Home = page(() => import("../features/home/Home"), "Home");
const Profile = page(() => import("../features/accounts/Profile"), "Profile");
const ApiKeys = page(() => import("../features/accounts/ApiKeys"), "ApiKeys");
const Webhooks = page(() => import("../features/accounts/Webhooks"), "Webhooks");
const Teams = page(() => import("../features/accounts/Teams"), "Teams");
const Team = page(() => import("../features/accounts/Team"), "Team");
const ProviderKeys = page(() => import("../features/accounts/ProviderKeys"), "ProviderKeys");
const Security = page(() => import("../features/accounts/Security"), "Security");
const Users = page(() => import("../features/admin/Users"), "Users");
const AuditLog = page(() => import("../features/admin/AuditLog"), "AuditLog");
const Settings = page(() => import("../features/admin/Settings"), "Settings");
const Providers = page(() => import("../features/admin/Providers"), "Providers");
const Jobs = page(() => import("../features/jobs/Jobs"), "Jobs");
const Workers = page(() => import("../features/jobs/Workers"), "Workers");
const Market = page(() => import("../features/market/Market"), "Market");
const OfferPage = page(() => import("../features/market/offer/OfferPage"), "OfferPage");
const Compare = page(() => import("../features/market/compare/Compare"), "Compare");
const Arbitrage = page(() => import("../features/market/arbitrage/Arbitrage"), "Arbitrage");
const History = page(() => import("../features/machines/History"), "History");
const MachinePage = page(() => import("../features/machines/MachinePage"), "MachinePage");
const Blacklist = page(() => import("../features/machines/Blacklist"), "Blacklist");
const Snapshots = page(() => import("../features/snapshots/Snapshots"), "Snapshots");
const SnapshotPage = page(() => import("../features/snapshots/SnapshotPage"), "SnapshotPage");
const DiffPage = page(() => import("../features/snapshots/DiffPage"), "DiffPage");
const Retention = page(() => import("../features/snapshots/Retention"), "Retention");
const Deploy = page(() => import("../features/fleet/deploy/Deploy"), "Deploy");
const Instances = page(() => import("../features/fleet/Instances"), "Instances");
const InstancePage = page(() => import("../features/fleet/InstancePage"), "InstancePage");
const Rentals = page(() => import("../features/fleet/rentals/Rentals"), "Rentals");
const Savings = page(() => import("../features/fleet/savings/Savings"), "Savings");
const Standby = page(() => import("../features/fleet/standby/Standby"), "Standby");
const Soon = page(() => import("../features/soon/Soon"), "Soon");
const NotFound = page(() => import("../features/soon/Soon"), "NotFound");
const Design = page(() => import("../features/design/Design"), "Design");

/** Fetches all pages, so that opening one later waits for nothing; but not for somebody who saves data. */
export function fetchPages(): void {
  if ((navigator as { connection?: { saveData?: boolean } }).connection?.saveData) return;
  const rest = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1500));
  for (const load of later) rest(() => void load().catch(() => undefined));
}

/** A page outside of the shell, with its own boundary around it. */
function alone(shown: ReactNode) {
  return (
    <PageBoundary>
      <Suspense fallback={<Splash />}>{shown}</Suspense>
    </PageBoundary>
  );
}

/** A page in the shell: when it fails, the navigation stays. */
function inside(shown: ReactNode) {
  return (
    <PageBoundary>
      <Suspense fallback={<Opening />}>{shown}</Suspense>
    </PageBoundary>
  );
}

export function Router() {
  return (
    <BrowserRouter useTransitions={false}>
      <Routes>
        <Route element={<Root />}>
          <Route path="/sign-in" element={alone(<SignIn />)} />
          <Route path="/sign-up" element={alone(<SignUp />)} />
          <Route path="/forgot-password" element={alone(<ForgotPassword />)} />
          <Route path="/reset-password" element={alone(<ResetPassword />)} />
          <Route element={<Shell />}>
            <Route element={<Members />}>
              <Route path="/" element={inside(<Home />)} />
              <Route path="/profile" element={inside(<Profile />)} />
              <Route path="/api-keys" element={inside(<ApiKeys />)} />
              <Route path="/webhooks" element={inside(<Webhooks />)} />
              <Route path="/teams" element={inside(<Teams />)} />
              <Route path="/teams/:teamId" element={inside(<Team />)} />
              <Route path="/provider-keys" element={inside(<ProviderKeys />)} />
              <Route path="/security" element={inside(<Security />)} />
              <Route path="/deploy" element={inside(<Deploy />)} />
              <Route path="/instances" element={inside(<Instances />)} />
              <Route path="/instances/:instanceId" element={inside(<InstancePage />)} />
              <Route path="/rentals" element={inside(<Rentals />)} />
              <Route path="/savings" element={inside(<Savings />)} />
              <Route path="/standby" element={inside(<Standby />)} />
              <Route path="/snapshots" element={inside(<Snapshots />)} />
              <Route path="/snapshots/diff" element={inside(<DiffPage />)} />
              <Route path="/snapshots/retention" element={inside(<Retention />)} />
              <Route path="/snapshots/:snapshotId" element={inside(<SnapshotPage />)} />
              <Route element={<Operators needed="users:manage" />}>
                <Route path="/admin/users" element={inside(<Users />)} />
              </Route>
              <Route element={<Operators needed="audit:read" />}>
                <Route path="/admin/audit" element={inside(<AuditLog />)} />
              </Route>
              <Route element={<Operators needed="settings:read" />}>
                <Route path="/admin/settings" element={inside(<Settings />)} />
              </Route>
              <Route element={<Operators needed="jobs:read" />}>
                <Route path="/jobs/:jobId?" element={inside(<Jobs />)} />
              </Route>
              <Route element={<Operators needed="providers:sync" />}>
                <Route path="/admin/providers" element={inside(<Providers />)} />
              </Route>
              <Route element={<Operators needed="workers:read" />}>
                <Route path="/admin/workers" element={inside(<Workers />)} />
              </Route>
            </Route>
            <Route path="/market" element={inside(<Market />)} />
            <Route path="/market/:offerId" element={inside(<OfferPage />)} />
            <Route path="/compare" element={inside(<Compare />)} />
            <Route path="/arbitrage" element={inside(<Arbitrage />)} />
            <Route path="/machines" element={inside(<History />)} />
            <Route path="/machines/:provider/:machineId" element={inside(<MachinePage />)} />
            <Route path="/blacklist" element={inside(<Blacklist />)} />
            <Route path="/design" element={inside(<Design />)} />
            <Route path="/:area" element={inside(<Soon />)} />
            <Route path="*" element={inside(<NotFound />)} />
          </Route>
        </Route>
      </Routes>
    </BrowserRouter>
  );
}
