import { describe, expect, test } from "vitest";
import { deviceOf } from "./device";

describe("deviceOf", () => {
  test.each([
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36",
      "Chrome on Linux",
      "computer",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) Chrome/156 Safari/537.36 Edg/156", "Edge on Windows", "computer"],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Mobile/1 Safari/604",
      "Safari on iOS",
      "phone",
    ],
    ["dumont/0.1 httpx", "dumont 0.1", "program"],
    ["", "Unknown program", "program"],
  ])("reads %j as %s", (agent, name, kind) => {
    expect(deviceOf(agent)).toEqual({ name, kind });
  });
});
