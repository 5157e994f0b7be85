import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { type Problem, unreachable } from "../lib/api/problem";
import { Form, useFormRequest } from "./Form";
import { TextField } from "./fields";

const refusal: Problem = {
  ...unreachable(),
  status: 422,
  code: "invalid",
  title: "Not valid",
  detail: "Something is wrong.",
  hint: "Correct it.",
  errors: [],
};

function Example({ outcome }: { outcome: Partial<Problem> | null }) {
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      if (outcome) throw { ...refusal, ...outcome };
    });
  return (
    <Form fields={["name", "email"]} problem={problem} onSubmit={() => void send()}>
      <TextField label="Name" name="name" />
      <TextField label="Email" name="email" hint="Where mail goes." />
      <button type="submit">{busy ? "Sending" : "Send"}</button>
    </Form>
  );
}

async function sendWith(outcome: Partial<Problem> | null) {
  render(<Example outcome={outcome} />);
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
}

describe("Form", () => {
  test("shows a field's fault at the field, ties it to it and brings the focus there", async () => {
    await sendWith({ errors: [{ field: "email", message: "No such address." }] });
    const field = screen.getByLabelText("Email");
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
      "No such address.",
    );
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("shows what belongs to no field above the form, with the hint", async () => {
    await sendWith({ errors: [{ field: "quota", message: "too many" }] });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Something is wrong.");
    expect(alert.textContent).toContain("quota: too many");
    expect(alert.textContent).toContain("Correct it.");
  });

  test("says how long to wait when the server says it", async () => {
    await sendWith({ hint: "", retryAfter: 90 });
    expect((await screen.findByRole("alert")).textContent).toContain("Try again in 1 min 30 s.");
  });

  test("shows the hint again when nothing is wrong", async () => {
    await sendWith(null);
    expect(screen.getByText("Where mail goes.")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
