import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { Invoice_State } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { DeclineReason, Payment_State, PaymentMethod_State, Provider } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { Interval } from "@/api/gen/atrium/billing/v1/plan_pb";
import {
  SubscriptionService,
  type ChangeSubscriptionRequest,
  type PreviewInvoiceRequest,
} from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { UsageService } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { clearToasts, queue } from "@/design/Toast/toast";
import { at, billingEdge, invoiceOf, METERS, METHOD, PAYER, SUBSCRIPTION, TOTALS } from "@/testing/billing";
import { refused } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const subscriptions = SubscriptionService.method;

/** What the messages over the page say; where they are shown is another test's affair. */
const said = () => queue.visibleToasts.map(({ content }) => content.title);
afterEach(clearToasts);

test("plans are compared in a table, and a change is made for exactly what was shown", async () => {
  const previews: PreviewInvoiceRequest[] = [];
  const changes: ChangeSubscriptionRequest[] = [];
  const edge = billingEdge()
    .on(subscriptions.previewInvoice, (request) => {
      previews.push(request);
      return {
        lines: [{ id: "l1", description: "Premium: Platform", quantity: 1n, amountMinor: 15_000n }],
        totals: { ...TOTALS, totalMinor: 15_000n, dueMinor: 15_000n, creditMinor: 0n },
        previewTime: at("2026-11-26T04:00:00Z"),
        effectiveTime: at("2026-11-26T04:00:00Z"),
        recurringMinor: 27_400n,
      };
    })
    .on(subscriptions.changeSubscription, (request) => {
      changes.push(request);
      return {
        subscription: { ...SUBSCRIPTION, planId: "premium" },
        invoice: invoiceOf("inv_000009", { totals: { ...TOTALS, totalMinor: 15_000n } }),
        payment: { id: "pay_1", invoiceId: "inv_000009", state: Payment_State.SUCCEEDED },
      };
    });
  const { user, address } = await renderApp({ edge, address: "/t/acme/billing/plan", me: PAYER });
  const table = await screen.findByRole("table", { name: "Plans compared" });
  const heads = within(table).getAllByRole("columnheader");
  expect(heads.map((head) => head.textContent)).toEqual([
    "Attribute",
    expect.stringMatching(/^Free/),
    expect.stringMatching(/^StandardCurrent plan/),
    expect.stringMatching(/^Premium.*€199\.00/),
  ]);
  expect(within(table).getByRole("row", { name: /^Users 10 110 210/ })).toBeVisible();
  expect(within(table).getByRole("row", { name: /^Guaranteed response times/ })).toBeVisible();

  // A year for the price of ten months.
  await user.click(screen.getByRole("radio", { name: /Yearly/ }));
  expect(await within(table).findByText("€1,990.00")).toBeVisible();
  expect(screen.getByText("Save up to 17%")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /Monthly/ }));

  await user.click(screen.getByRole("button", { name: "Change to this: Premium" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Change to Premium" }));
  expect(await dialog.findByText("Premium: Platform")).toBeVisible();
  expect(await dialog.findByText(/no money moves/)).toBeVisible();
  expect(previews.at(-1)).toMatchObject({ subscriptionId: "sub_1", planId: "premium", seats: 5n });
  await user.type(dialog.getByLabelText(/^Coupon/), "SAVE10{Enter}");
  await expect.poll(() => previews.at(-1)?.couponCode).toBe("SAVE10");
  await user.click(await dialog.findByRole("button", { name: "Confirm and pay €150.00" }));
  await expect.poll(said).toEqual(["Invoice 2026-000009 over €150.00 is paid."]);
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatchObject({ id: "sub_1", planId: "premium", couponCode: "SAVE10", etag: "e1" });
  expect(changes[0]?.previewTime?.seconds).toBe(at("2026-11-26T04:00:00Z").seconds);
  await expect.poll(address, { timeout: 30_000 }).toBe("/t/acme/billing");
});

test("a preview that is too old is looked at anew, and a wrong coupon is said at its field", async () => {
  let asked = 0;
  const edge = billingEdge();
  const preview = {
    lines: [],
    totals: { currency: "EUR", dueMinor: 100n, totalMinor: 100n },
    previewTime: at("2026-11-26T04:00:00Z"),
  };
  edge
    .on(subscriptions.previewInvoice, ({ couponCode }) => {
      asked += 1;
      if (couponCode === "OLD") throw refused("COUPON_INVALID", 3, "no", { metadata: { coupon: "OLD" } });
      return preview;
    })
    .on(subscriptions.changeSubscription, () => {
      throw refused("PREVIEW_STALE", 3);
    });
  const { user } = await renderApp({ edge, address: "/t/acme/billing/plan", me: PAYER });
  await user.click(await screen.findByRole("button", { name: "Change to this: Premium" }));
  const dialog = within(await screen.findByRole("dialog"));
  await dialog.findByRole("button", { name: "Confirm and pay €1.00" });
  const before = asked;
  await user.click(dialog.getByRole("button", { name: "Confirm and pay €1.00" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("too old");
  await expect.poll(() => asked).toBe(before + 1);
  await user.type(dialog.getByLabelText(/^Coupon/), "OLD");
  await user.click(dialog.getByRole("button", { name: "Apply" }));
  expect(await dialog.findByText(/unknown, expired or used up/)).toBeVisible();
  expect(dialog.getByLabelText(/^Coupon/)).toBeInvalid();
});

test("a subscription is cancelled for the period's end, and kept again", async () => {
  let present = { ...SUBSCRIPTION };
  const edge = billingEdge()
    .on(subscriptions.listSubscriptions, () => ({ subscriptions: [present] }))
    .on(subscriptions.cancelSubscription, ({ now, reason }) => {
      expect([now, reason]).toEqual([false, "too dear"]);
      present = { ...present, cancelAtPeriodEnd: true };
      return present;
    })
    .on(subscriptions.resumeSubscription, () => {
      present = { ...present, cancelAtPeriodEnd: false };
      return present;
    });
  const { user } = await renderApp({ edge, address: "/t/acme/billing", me: PAYER });
  expect(await screen.findByRole("heading", { level: 2, name: "Standard" })).toBeVisible();
  expect(screen.getByText("Nov 1, 2026 – Nov 30, 2026")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "More" }));
  await user.click(await screen.findByRole("menuitem", { name: "Cancel subscription" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Cancel Standard?" }));
  await user.type(dialog.getByLabelText(/^Why/), "too dear");
  await user.click(dialog.getByRole("button", { name: "Cancel subscription" }));
  expect(await screen.findByText(/The subscription ends on Dec 1, 2026/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Keep subscription" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Keep subscription" }));
  await expect.poll(() => screen.queryByText(/The subscription ends on/)).toBeNull();
});

test("seats are changed without moving to a newer version of the plan", async () => {
  const changes: ChangeSubscriptionRequest[] = [];
  const edge = billingEdge().on(subscriptions.changeSubscription, (request) => {
    changes.push(request);
    return { subscription: { ...SUBSCRIPTION, seats: 6n } };
  });
  const { user } = await renderApp({ edge, address: "/t/acme/billing", me: PAYER });
  await user.click(await screen.findByRole("button", { name: "More" }));
  await user.click(await screen.findByRole("menuitem", { name: "Change seats" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Change the number of seats" }));
  const seats = dialog.getByRole("textbox", { name: "Seats" });
  await user.clear(seats);
  await user.type(seats, "6");
  await user.tab();
  await user.click(await dialog.findByRole("button", { name: /^Confirm and pay/ }));
  await expect.poll(() => changes).toHaveLength(1);
  expect(changes[0]).toMatchObject({ id: "sub_1", seats: 6n });
  expect([changes[0]?.planId, changes[0]?.interval]).toEqual([undefined, undefined]);
});

test("an invoice shows how each amount came about, and is paid with a stored method", async () => {
  const edge = billingEdge()
    .on(InvoiceService.method.listInvoiceLineUsage, ({ lineId }) => ({
      events:
        lineId === "line_2" ? [{ id: "evt_1", meter: "api_calls", quantity: 1_200_000n, subject: "<b>job</b>" }] : [],
    }))
    .on(PaymentService.method.createPayment, ({ paymentMethodId, returnPath }) => {
      expect([paymentMethodId, returnPath]).toEqual(["pm_1", "/t/acme/billing/invoices/inv_000001?confirm=1"]);
      throw refused("PAYMENT_DECLINED", 9, "no", { metadata: { decline_reason: "INSUFFICIENT_FUNDS" } });
    });
  const { user } = await renderApp({ edge, address: "/t/acme/billing/invoices/inv_000001", me: PAYER });
  expect(await screen.findByRole("heading", { level: 1, name: "Invoice 2026-000001" })).toBeVisible();
  expect(screen.getAllByText(/no money moves/)[0]).toBeVisible();
  const lines = screen.getByRole("table", { name: "Lines" });
  expect(within(lines).getByRole("row", { name: /API calls.*1,200,000.*100,000 of it free.*€525\.00/ })).toBeVisible();
  expect(within(lines).getByText("From 1: 1,000,000 × €0.0005")).toBeVisible();
  expect(screen.getByText("VAT DE 19%")).toBeVisible();
  expect(screen.getByText("€673.06")).toBeVisible();
  await user.click(within(lines).getByRole("button", { name: "Show the usage behind it" }));
  expect(await screen.findByText("<b>job</b>")).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Pay" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Pay invoice 2026-000001" }));
  expect(await dialog.findByRole("radio", { name: /Visa •••• 4242.*Expires 12\/2029/ })).toBeChecked();
  await user.click(dialog.getByRole("button", { name: "Pay €673.06" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("There is not enough money on the account.");
});

test("a payment that the bank asks about is confirmed on the sandbox's page, and looked up on the way back", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", (url: string, { body }: RequestInit) => {
    sent.push([url, JSON.parse(body as string)]);
    return Promise.resolve(new Response("{}", { status: 200 }));
  });
  const payment = {
    id: "pay_1",
    tenantId: "ten_1",
    invoiceId: "inv_000001",
    provider: Provider.SANDBOX,
    state: Payment_State.REQUIRES_ACTION,
    amountMinor: 67_306n,
    currency: "EUR",
    confirmation: {
      redirectUrl: `${location.origin}/billing/sandbox/confirm#reference=sbp_1&client_secret=sbs_1&return_url=${encodeURIComponent(`${location.origin}/billing`)}`,
      clientSecret: "sbs_1",
    },
  };
  let looked = 0;
  const edge = billingEdge()
    .on(PaymentService.method.createPayment, () => payment)
    .on(PaymentService.method.listPayments, () => ({
      payments: [
        looked === 0
          ? payment
          : { ...payment, state: Payment_State.FAILED, declineReason: DeclineReason.NOT_CONFIRMED },
      ],
    }))
    .on(PaymentService.method.confirmPayment, ({ id }) => {
      looked += 1;
      return { ...payment, id, state: Payment_State.FAILED, declineReason: DeclineReason.NOT_CONFIRMED };
    });
  const { user, address } = await renderApp({ edge, address: "/t/acme/billing/invoices/inv_000001", me: PAYER });
  await user.click(await screen.findByRole("button", { name: "Pay" }));
  await screen.findByRole("radio", { name: /4242/ });
  await user.click(screen.getByRole("button", { name: "Pay €673.06" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Sandbox bank" })).toBeVisible();
  expect(screen.getByText(/no money moves, whatever you answer/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Refuse" }));
  await expect.poll(said).toEqual(["The payment did not go through"]);
  expect(sent).toEqual([
    ["/api/v1/billing/webhooks/sandbox", { answer: "refuse", reference: "sbp_1", client_secret: "sbs_1" }],
  ]);
  expect(looked).toBe(1);
  expect(address()).toBe("/t/acme/billing/invoices/inv_000001");
  expect((await screen.findAllByText("The payment was not confirmed."))[0]).toBeVisible();
  vi.unstubAllGlobals();
});

test("what is owed says how often payment was tried and when it is tried again", async () => {
  const owed = (more: Parameters<typeof invoiceOf>[1]) =>
    invoiceOf("inv_000001", {
      state: Invoice_State.OPEN,
      attemptCount: 2,
      lastDeclineReason: "INSUFFICIENT_FUNDS",
      ...more,
    });
  const payments = ["2026-11-02T10:00:00Z", "2026-11-01T10:00:00Z"].map((time, number) => ({
    id: `pay_${String(number)}`,
    invoiceId: "inv_000001",
    state: Payment_State.FAILED,
    declineReason: DeclineReason.INSUFFICIENT_FUNDS,
    amountMinor: 67_306n,
    currency: "EUR",
    createTime: at(time),
  }));
  const edge = billingEdge()
    .on(InvoiceService.method.getInvoice, () => owed({ nextAttemptTime: at("2026-11-04T10:00:00Z") }))
    .on(PaymentService.method.listPayments, () => ({ payments }));
  await renderApp({ edge, address: "/t/acme/billing/invoices/inv_000001", me: PAYER });
  const table = await screen.findByRole("table", { name: "Payments" });
  const rows = within(table).getAllByRole("row").slice(1);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toHaveTextContent(/Nov 4, 2026.*Planned.*Attempt 3.*€673\.06/);
  expect(rows[1]).toHaveTextContent(/Nov 2, 2026.*Failed.*There is not enough money/);
  cleanup();
  edge.on(InvoiceService.method.getInvoice, () => owed({}));
  await renderApp({ edge, address: "/t/acme/billing/invoices/inv_000001", me: PAYER });
  expect(await screen.findByText("It is not tried again by itself.")).toBeVisible();
});

test("the sandbox sends nobody to another site", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 200 })));
  const hash = "#reference=sbm_1&client_secret=s&return_url=https%3A%2F%2Fevil.example%2F";
  const { user } = await renderApp({ edge: billingEdge(), address: `/billing/sandbox/confirm${hash}` });
  await user.click(await screen.findByRole("button", { name: "Confirm" }));
  expect(await screen.findByText("Thank you. You can close this page.")).toBeVisible();
  vi.unstubAllGlobals();
});

test("a test card is added without typing a number, and a method in use stays", async () => {
  const tokens: string[] = [];
  let methods = [METHOD];
  const edge = billingEdge()
    .on(PaymentMethodService.method.listPaymentMethods, () => ({ paymentMethods: methods }))
    .on(PaymentMethodService.method.createPaymentMethod, ({ providerToken, provider, tenantId }) => {
      tokens.push(providerToken);
      expect([provider, tenantId]).toEqual([Provider.SANDBOX, "ten_1"]);
      const made = {
        ...METHOD,
        id: "pm_2",
        label: "Mastercard •••• 4444",
        default: false,
        state: PaymentMethod_State.ACTIVE,
      };
      methods = [METHOD, made];
      return made;
    })
    .on(PaymentMethodService.method.deletePaymentMethod, () => {
      throw refused("PAYMENT_METHOD_IN_USE", 9);
    });
  const { user } = await renderApp({ edge, address: "/t/acme/billing/payment-methods", me: PAYER });
  await user.click(await screen.findByRole("button", { name: "Add a payment method" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a payment method" }));
  expect(dialog.getByText("Sandbox: no money moves")).toBeVisible();
  expect(dialog.queryByRole("textbox")).toBeNull();
  await user.click(dialog.getByRole("button", { name: /Test card/ }));
  await user.click(await screen.findByRole("option", { name: /Mastercard/ }));
  await user.click(dialog.getByRole("button", { name: "Add test card" }));
  await expect.poll(said).toEqual(["Mastercard •••• 4444 is ready."]);
  expect(await screen.findByText("Mastercard •••• 4444")).toBeVisible();
  expect(tokens).toEqual(["tok_mastercard"]);
  await user.click(screen.getByRole("button", { name: "Actions for Visa •••• 4242" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove" }));
  const question = within(await screen.findByRole("alertdialog", { name: "Remove Visa •••• 4242?" }));
  await user.click(question.getByRole("button", { name: "Remove" }));
  expect(await question.findByRole("alert")).toHaveTextContent("set another first");
});

test("usage stands against its limits, the most urgent first", async () => {
  const edge = billingEdge().on(UsageService.method.getUsage, () => ({
    tenantId: "ten_1",
    currency: "EUR",
    periodStartTime: at("2026-11-01T00:00:00Z"),
    periodEndTime: at("2026-12-01T00:00:00Z"),
    meters: [
      {
        meter: METERS[0] ?? {},
        quantity: 120_000n,
        most: 100_000n,
        left: 0n,
        overageCharged: true,
        forecast: 150_000n,
        amountMinor: 1000n,
        days: [{ day: "2026-11-02", quantity: 120_000n }],
      },
      { meter: METERS[2] ?? {}, quantity: 10n, most: 10n, left: 0n, forecast: -1n },
      { meter: METERS[1] ?? {}, quantity: 4_200_000_000n, most: -1n, left: -1n, forecast: -1n },
    ],
  }));
  await renderApp({ edge, address: "/t/acme/billing/usage", me: PAYER });
  const cards = await screen.findAllByRole("region");
  expect(cards.map((card) => within(card).queryByRole("heading", { level: 2 })?.textContent).filter(Boolean)).toEqual([
    "Users",
    "API calls",
    "Storage",
  ]);
  expect(screen.getByText("Used up")).toBeVisible();
  expect(screen.getByText("4.2 GB")).toBeVisible();
  expect(screen.getByText(/150,000 by the end of the period: more than the limit.*So far €10\.00/)).toBeVisible();
});

test("who may only look is told why, and is shown nothing they may not see", async () => {
  const me = { ...PAYER, permissions: ["subscriptions.read"] };
  await renderApp({ edge: billingEdge(), address: "/t/acme/billing", me });
  expect(await screen.findByRole("button", { name: "Change plan" })).toHaveAttribute("aria-disabled", "true");
  expect(screen.queryByRole("link", { name: "Payment methods" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Usage and limits" })).toBeNull();
});

test("the yearly plan in German", async () => {
  const edge = billingEdge().on(subscriptions.listSubscriptions, () => ({
    subscriptions: [{ ...SUBSCRIPTION, interval: Interval.YEAR }],
  }));
  await renderApp({ edge, address: "/t/acme/billing/plan", me: PAYER, locale: "de" });
  expect(await screen.findByRole("radio", { name: /Jährlich/ })).toBeChecked();
  expect(await screen.findByText("1.990,00 €")).toBeVisible();
});
