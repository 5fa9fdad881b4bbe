import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { SignUpService, type SignUpRequest } from "@/api/gen/atrium/tenants/v1/sign_up_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const { signUp, confirmSignUp } = SignUpService.method;

async function fillIn(user: Awaited<ReturnType<typeof renderApp>>["user"]): Promise<void> {
  await user.type(await screen.findByLabelText("Company"), "Müller & Co");
  await user.type(screen.getByLabelText("Your name"), "Ada");
  await user.type(screen.getByLabelText("Work e-mail"), "ada@example.com");
}

test("who signs up is told to look for the mail, and can go back to correct the address", async () => {
  const sent: SignUpRequest[] = [];
  const edge = new TestEdge().on(signUp, (request) => {
    sent.push(request);
    return {};
  });
  const { user } = await renderApp({ edge, address: "/signup" });
  await fillIn(user);
  expect(screen.getByLabelText("Short name")).toHaveValue("muller-and-co");
  await user.click(screen.getByRole("button", { name: "Sign up" }));
  expect(await screen.findByRole("heading", { name: "Check your mail" })).toBeVisible();
  expect(screen.getByText(/sent a link to ada@example.com/)).toBeVisible();
  expect(sent[0]).toMatchObject({ company: "Müller & Co", slug: "muller-and-co", locale: "en", timeZone: "UTC" });
  await user.click(screen.getByRole("button", { name: "Change my details" }));
  expect(screen.getByLabelText("Work e-mail")).toHaveValue("ada@example.com");
});

test("a short name is suggested until somebody writes one, and checked while it is written", async () => {
  const { user } = await renderApp({ edge: new TestEdge(), address: "/signup" });
  const slug = await screen.findByLabelText("Short name");
  await user.type(screen.getByLabelText("Company"), "Acme");
  expect(slug).toHaveValue("acme");
  await user.type(slug, " Two!");
  expect(slug).toHaveValue("acme-two!");
  expect(screen.getByText(/only small letters/)).toBeVisible();
  await user.type(screen.getByLabelText("Company"), " Inc");
  expect(slug).toHaveValue("acme-two!");
  await user.clear(slug);
  await user.type(slug, "billing");
  expect(screen.getByText(/reserved/)).toBeVisible();
  await user.clear(slug);
  await user.type(slug, "ab");
  await user.click(screen.getByRole("button", { name: "Sign up" }));
  expect(await screen.findByText("Use at least 3 characters.")).toBeVisible();
});

test("a short name that is taken is said at its field, and nothing that was written is lost", async () => {
  const edge = new TestEdge().on(signUp, () => {
    throw refused("SLUG_TAKEN", 6, "taken", { metadata: { slug: "muller-and-co" } });
  });
  const { user } = await renderApp({ edge, address: "/signup" });
  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Sign up" }));
  expect(await screen.findByText("The short name “muller-and-co” is taken.")).toBeVisible();
  expect(screen.getByLabelText("Short name")).toHaveFocus();
  expect(screen.getByLabelText("Your name")).toHaveValue("Ada");
});

test("where sign-up is closed the page says what to do instead", async () => {
  const edge = new TestEdge().on(signUp, () => {
    throw refused("SIGN_UP_CLOSED", 9);
  });
  const { user } = await renderApp({ edge, address: "/signup", locale: "de" });
  await user.type(await screen.findByLabelText("Firma"), "Acme");
  await user.type(screen.getByLabelText("Ihr Name"), "Ada");
  await user.type(screen.getByLabelText("Geschäftliche E-Mail"), "ada@example.com");
  await user.click(screen.getByRole("button", { name: "Registrieren" }));
  expect(await screen.findByRole("heading", { name: "Die Registrierung ist geschlossen" })).toBeVisible();
});

test("the mailed link confirms, once, and is not kept in the address", async () => {
  const tokens: string[] = [];
  const edge = new TestEdge().on(confirmSignUp, ({ token }) => {
    tokens.push(token);
    return { tenantId: "ten_1", slug: "acme" };
  });
  await renderApp({ edge, address: "/signup/confirm#token=sgn_abc" });
  expect(await screen.findByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
  expect(screen.getByText(/\/t\/acme$/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Go to the sign-in page" })).toHaveAttribute("href", "/t/acme/login");
  expect(tokens).toEqual(["sgn_abc"]);
});

test("a link whose time is over leads back to signing up; a lost connection can be tried again", async () => {
  const edge = new TestEdge().on(confirmSignUp, () => {
    throw refused("CONFIRMATION_INVALID", 3);
  });
  edge.down = true;
  const { user } = await renderApp({ edge, address: "/signup/confirm#token=sgn_abc" });
  expect(await screen.findByRole("alert")).toHaveTextContent("cannot be reached");
  edge.down = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("This link is not valid, or its time is over. Sign up again.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  await user.click(screen.getByRole("link", { name: "Sign up again" }));
  expect(await screen.findByRole("heading", { name: "Start your trial" })).toBeVisible();
});

test("without a token the page says where it comes from", async () => {
  const edge = new TestEdge();
  await renderApp({ edge, address: "/signup/confirm" });
  expect(await screen.findByText(/opens from the link in the mail/)).toBeVisible();
  expect(edge.calls).toEqual([]);
});
