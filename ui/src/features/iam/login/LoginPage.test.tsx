import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { SessionService } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { Realm } from "@/api/gen/atrium/options/v1/options_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const ada = { user: { id: "usr_1", email: "ada@example.com", displayName: "Ada" } };

function edgeOf(): TestEdge {
  const edge = new TestEdge(SessionService);
  edge.on(SessionService.method.login, ({ email, password, realm, tenant, delivery }) => {
    expect([realm, tenant, delivery]).toEqual([Realm.TENANT, "acme", 1]);
    if (password !== "right") throw refused("CREDENTIALS_WRONG", 16);
    return {
      accessToken: "access",
      accessExpireTime: { seconds: 9_999_999_999n, nanos: 0 },
      sessionId: "ses_1",
      user: { id: "usr_1", email },
    };
  });
  edge.on(SessionService.method.getMe, () => ({ ...ada, sessionId: "ses_1" }));
  return edge;
}

test("a visitor is asked to sign in, told what is wrong, and led back", async () => {
  const { user, address } = await renderApp({ edge: edgeOf(), address: "/t/acme/account?tab=1" });
  await user.type(await screen.findByLabelText("E-mail"), "ada@example.com");
  expect(address()).toBe("/t/acme/login?next=%2Ft%2Facme%2Faccount%3Ftab%3D1");
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The e-mail or the password is wrong.");
  await user.clear(screen.getByLabelText("Password"));
  await user.type(screen.getByLabelText("Password"), "right{Enter}");
  expect(await screen.findByRole("button", { name: "Account of Ada" })).toBeVisible();
  expect(address()).toBe("/t/acme/account?tab=1");
});

test("without a connection the form says so and keeps what was typed", async () => {
  const edge = edgeOf();
  const { user } = await renderApp({ edge, address: "/t/acme/login", locale: "de" });
  edge.down = true;
  await user.type(await screen.findByLabelText("E-Mail"), "ada@example.com");
  await user.type(screen.getByLabelText("Passwort"), "right{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Der Server ist nicht erreichbar");
  expect(screen.getByLabelText("E-Mail")).toHaveValue("ada@example.com");
});

test("who is signed in does not see the form", async () => {
  const { address } = await renderApp({ edge: edgeOf(), address: "/t/acme/login", me: ada });
  expect(await screen.findByRole("button", { name: "Account of Ada" })).toBeVisible();
  expect(address()).toBe("/t/acme");
});
