import { describe, expect, test } from "vitest";
import { asProblem, faultsByField, problemOf } from "./problem";

const json = new Headers({ "content-type": "application/problem+json" });

describe("problemOf", () => {
  test("keeps what the server said", () => {
    const body = {
      title: "Wrong",
      detail: "No",
      code: "wrong_credentials",
      hint: "Try again",
      request_id: "r1",
      errors: [{ field: "email", message: "taken" }],
    };
    const problem = problemOf(401, json, body);
    expect(problem).toMatchObject({
      status: 401,
      code: "wrong_credentials",
      hint: "Try again",
      requestId: "r1",
    });
    expect(problem.errors).toEqual([{ field: "email", message: "taken" }]);
  });
  test("makes a sentence for a proxy's page", () => {
    const problem = problemOf(502, new Headers({ "x-request-id": "r2" }), "<html>bad gateway</html>");
    expect(problem).toMatchObject({
      code: "http_502",
      title: "The server is not answering",
      requestId: "r2",
      errors: [],
    });
  });
  test("reads how long to wait", () => {
    expect(problemOf(429, new Headers({ "retry-after": "30" }), {}).retryAfter).toBe(30);
    expect(problemOf(429, new Headers(), {}).retryAfter).toBeNull();
  });
  test("drops malformed field errors", () => {
    expect(problemOf(422, json, { errors: ["x", { field: 3 }, null, { message: "m" }] }).errors).toEqual([
      { field: "", message: "m" },
    ]);
  });
});

describe("faultsByField", () => {
  const problem = problemOf(422, json, {
    errors: [
      { field: "body.email", message: "not an address" },
      { field: "scopes.0", message: "unknown scope" },
      { field: "scopes.1", message: "second" },
      { field: "quota", message: "too large" },
      { field: "", message: "be nice" },
    ],
  });
  test("gives each message to its field and keeps the rest", () => {
    expect(faultsByField(problem, ["email", "scopes"])).toEqual({
      fields: { email: "not an address", scopes: "unknown scope" },
      rest: ["quota: too large", "be nice"],
    });
  });
});

describe("asProblem", () => {
  test("wraps what is not a problem", () => {
    expect(asProblem(new Error("boom"))).toMatchObject({ code: "unexpected", detail: "boom" });
  });
});
