/** What went wrong with a request, in one shape whatever the reason: problem JSON, a proxy's page, or no answer at all. */

export interface FieldFault {
  field: string;
  message: string;
}

export interface Problem {
  /** The HTTP status, or 0 when no answer came. */
  status: number;
  code: string;
  title: string;
  detail: string;
  hint: string;
  errors: FieldFault[];
  requestId: string;
  /** Seconds that the server asks to wait, if it does. */
  retryAfter: number | null;
}

const titles: Record<number, string> = {
  400: "The request was not understood",
  401: "You are not signed in",
  403: "You are not allowed to do this",
  404: "There is nothing here",
  409: "This conflicts with how things are now",
  422: "Some of it can't be accepted",
  429: "Too many attempts",
  500: "The server made a mistake",
  502: "The server is not answering",
  503: "The server is not ready",
  504: "The server took too long",
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function faults(value: unknown): FieldFault[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((item): item is Record<string, unknown> => typeof item === "object" && item !== null)
    .map((item) => ({ field: text(item.field), message: text(item.message) }))
    .filter((fault) => fault.message !== "");
}

/** No answer came: the network, a stopped server, or a request given up. */
export function unreachable(reason = ""): Problem {
  return {
    status: 0,
    code: "unreachable",
    title: "The server can't be reached",
    detail: reason || "No answer came back. Nothing you entered is lost.",
    hint: "Check that the server runs and that you are online, then try again.",
    errors: [],
    requestId: "",
    retryAfter: null,
  };
}

/** Reads an answer that is not a success. The body may be problem JSON, something else, or nothing. */
export function problemOf(status: number, headers: Headers, body: unknown): Problem {
  const given = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const wait = Number(headers.get("retry-after"));
  return {
    status,
    code: text(given.code) || `http_${status}`,
    title: text(given.title) || titles[status] || `The server answered ${status}`,
    detail: text(given.detail),
    hint: text(given.hint),
    errors: faults(given.errors),
    requestId: text(given.request_id) || headers.get("x-request-id") || "",
    retryAfter: headers.has("retry-after") && Number.isFinite(wait) ? wait : null,
  };
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" && value !== null && "code" in value && "errors" in value && "title" in value
  );
}

/** Any thrown or returned error as a problem, so that a view has one thing to show. */
export function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  const reason = error instanceof Error ? error.message : "";
  return {
    ...unreachable(reason),
    code: "unexpected",
    title: "Something unexpected happened",
    hint: "Reload the page.",
  };
}

/** The one sentence that says most: what happened here, else the kind of problem. */
export function headline(problem: Problem): string {
  return problem.detail || problem.title;
}

export interface FormFaults {
  /** The first message for each field that the form has. */
  fields: Record<string, string>;
  /** What belongs to no field of the form, to be shown above it. */
  rest: string[];
}

/** Brings the server's field errors to the fields of a form; "body.email" and "email" are one field. */
export function faultsByField(problem: Problem, known: readonly string[]): FormFaults {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, message } of problem.errors) {
    const name = ownerOf(field.replace(/^body\./, ""), known);
    if (name === null) rest.push(field ? `${field}: ${message}` : message);
    else fields[name] ??= message;
  }
  return { fields, rest };
}

/** The form's field that a dotted path belongs to: itself, or its longest known beginning ("scopes.0" to "scopes"). */
function ownerOf(path: string, known: readonly string[]): string | null {
  const parts = path.split(".");
  while (parts.length > 0) {
    const name = parts.join(".");
    if (known.includes(name)) return name;
    parts.pop();
  }
  return null;
}
