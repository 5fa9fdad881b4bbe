import { screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";

import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { createClient } from "@/api/rest";
import { Button } from "@/design/Button/Button";
import { Notice } from "@/design/Notice/Notice";
import { useErrorText } from "@/i18n/errorText";
import { refused, TestEdge } from "@/testing/edge";
import { renderPart } from "@/testing/renderApp";

import { FormTextField } from "./FormTextField";
import { rules } from "./rules";
import { useRequestForm } from "./useRequestForm";

interface Values {
  email: string;
  displayName: string;
}

const createUser = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/user_service_pb")).CreateUserRequestSchema,
  (values: Values) => values,
);

function CreateUser({ edge }: { edge: TestEdge }): ReactNode {
  const { errorText } = useErrorText();
  const { control, submit, failure, isSending } = useRequestForm({
    defaultValues: { email: "", displayName: "" },
    rules: createUser,
    send: (values: Values) => createClient(UserService, edge.transport).createUser(values),
  });
  return (
    <form onSubmit={(event) => void submit(event)}>
      {failure !== undefined && <Notice tone="danger">{errorText(failure)}</Notice>}
      <FormTextField control={control} name="email" label="E-mail" />
      <FormTextField control={control} name="displayName" label="Name" />
      <Button type="submit" isPending={isSending}>
        Create
      </Button>
    </form>
  );
}

test("the platform's rules are shown at the fields, and nothing is sent before they are kept", async () => {
  const edge = new TestEdge(UserService).on(UserService.method.createUser, ({ email }) => ({ email }));
  const user = await renderPart(<CreateUser edge={edge} />);
  await user.type(screen.getByLabelText("E-mail"), "nobody");
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByText("Enter an e-mail address, such as ada@example.com.")).toBeVisible();
  expect(screen.getByLabelText("Name")).toBeInvalid();
  expect(edge.calls).toEqual([]);
  await user.type(screen.getByLabelText("E-mail"), "@example.com");
  await user.type(screen.getByLabelText("Name"), "Nobody");
  await user.click(screen.getByRole("button", { name: "Create" }));
  await expect.poll(() => edge.calls).toEqual(["POST /api/v1/users"]);
});

test("what the platform objects to is shown where it belongs", async () => {
  const edge = new TestEdge(UserService).on(UserService.method.createUser, () => {
    throw refused("INVALID_FIELDS", 3, "bad", {
      violations: [{ field: "email", rule: "custom", description: "as the platform says it" }],
    });
  });
  const user = await renderPart(<CreateUser edge={edge} />);
  await user.type(screen.getByLabelText("E-mail"), "a@example.com");
  await user.type(screen.getByLabelText("Name"), "A");
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByText("as the platform says it")).toBeVisible();
  expect(screen.getByLabelText("E-mail")).toHaveFocus();
  expect(screen.queryByRole("alert")).toBeNull();

  edge.on(UserService.method.createUser, () => {
    throw refused("EMAIL_TAKEN", 6);
  });
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Somebody with this e-mail is already there.");
});
