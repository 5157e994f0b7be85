import { describe, expect, test } from "vitest";
import type { Credential, Provider } from "../../lib/api/generated";
import { filled, formsOf } from "./providers";

const field = (name: string, optional = false): Credential => ({
  name,
  title: name,
  secret: true,
  optional,
  hint: "",
});
const provider = (name: string, credentials: Credential[], disabled: string | null = null) =>
  ({ name, title: name.toUpperCase(), credentials, disabled }) as Provider;

describe("formsOf", () => {
  const forms = formsOf([
    provider("aws", [field("access_key_id"), field("secret_access_key"), field("regions", true)]),
    provider("local", []),
    provider("render", [field("secret")], "no public API"),
  ]);
  test("offers those that take a key and can be used", () => {
    expect(forms.all.map(({ name }) => name)).toEqual(["aws"]);
  });
  test("asks a provider that nobody knows for one key", () => {
    expect(forms.fieldsOf("newcloud").map(({ name }) => name)).toEqual(["api_key"]);
    expect(forms.titleOf("newcloud")).toBe("newcloud");
    expect(forms.titleOf("aws")).toBe("AWS");
  });
});

describe("filled", () => {
  const fields = [field("access_key_id"), field("regions", true)];
  test("leaves out what is optional and empty", () => {
    expect(filled(fields, { access_key_id: " A1 ", regions: " " })).toEqual({
      secrets: { access_key_id: "A1" },
      complete: true,
    });
  });
  test("is not complete without what is needed", () => {
    expect(filled(fields, { regions: "eu" }).complete).toBe(false);
  });
});
