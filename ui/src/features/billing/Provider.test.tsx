import type { MessageInitShape } from "@bufbuild/protobuf";
import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { BillingAccount_State, BillingAccountService } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { BillingMetricsService } from "@/api/gen/atrium/billing/v1/billing_metrics_service_pb";
import { DiscountService, type CreateCouponRequest } from "@/api/gen/atrium/billing/v1/discount_service_pb";
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { LedgerService } from "@/api/gen/atrium/billing/v1/ledger_service_pb";
import { Dispute_State, Payment_State, Provider } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { Interval, Plan_State, type PlanSchema } from "@/api/gen/atrium/billing/v1/plan_pb";
import {
  PlanService,
  type SimulatePlanRequest,
  type UpdatePlanRequest,
} from "@/api/gen/atrium/billing/v1/plan_service_pb";
import {
  SubscriptionService,
  type CreateSubscriptionRequest,
} from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { TaxRateService, type CreateTaxRateRequest } from "@/api/gen/atrium/billing/v1/tax_rate_service_pb";
import { clearToasts, queue } from "@/design/Toast/toast";
import { ACCOUNT, at, BILLER, billingEdge, invoiceOf, LINES, PLANS, SUBSCRIPTION } from "@/testing/billing";
import { refused } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

/** What the messages over the page say; where they are shown is another test's affair. */
const said = () => queue.visibleToasts.map(({ content }) => content.title);
afterEach(clearToasts);

test(
  "a published plan gets a new version, and what is wrong is said with its place",
  { timeout: 120_000 },
  async () => {
    const updates: UpdatePlanRequest[] = [];
    const edge = billingEdge().on(PlanService.method.updatePlan, (request) => {
      updates.push(request);
      if (updates.length === 1)
        throw refused("TERMS_INVALID", 3, "no", {
          violations: [
            {
              field: "terms.price_books[0].prices[2].tiers[0].up_to",
              rule: "TIERS_RISE",
              description: "tiers must rise",
            },
          ],
        });
      return {
        ...PLANS[1],
        terms: { ...PLANS[1]?.terms, displayName: "Standard" },
      } as MessageInitShape<typeof PlanSchema>;
    });
    const { user, address } = await renderApp({
      edge,
      address: "/master-admin/billing/plans/standard/edit",
      me: BILLER,
    });
    expect(await screen.findByLabelText("Name", { selector: "input" })).toHaveValue("Standard");
    const flat = screen.getByLabelText("Amount", { selector: "input" });
    expect(flat).toHaveValue("€49.00");
    await user.clear(flat);
    await user.type(flat, "59.50");
    await user.tab();
    await user.click(screen.getByText("Save new version"));
    const alert = await screen.findByText("1 thing needs your attention");
    expect(alert.closest('[role="alert"]')).toHaveTextContent(
      "Price book 1 · Price 3 · Tier 1 · Up to: tiers must rise",
    );
    await user.click(screen.getByText("Save new version"));
    await expect.poll(said).toEqual(["Standard is saved."]);
    await expect.poll(address, { timeout: 30_000 }).toBe("/master-admin/billing/plans/standard");
    const sent = updates[1];
    expect(sent).toMatchObject({ id: "standard", etag: "e_standard" });
    expect(sent?.terms?.priceBooks[0]?.prices[0]?.tiers[0]?.unitMicros).toBe(5_950_000_000n);
    // What was not touched is sent as it was, to the last digit.
    expect(sent?.terms?.priceBooks[0]?.prices[2]?.tiers[1]?.unitMicros).toBe(25_000n);
    expect(sent?.terms?.priceBooks).toHaveLength(2);
  },
);

test("terms that are not saved are priced for what a tenant used", async () => {
  const asked: SimulatePlanRequest[] = [];
  const edge = billingEdge().on(PlanService.method.simulatePlan, (request) => {
    asked.push(request);
    return { bills: [{ month: "", lines: LINES, totalMinor: 57_400n }] };
  });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/plans/standard", me: BILLER });
  const simulator = within(await screen.findByRole("region", { name: "Price simulator" }));
  const calls = await simulator.findByLabelText("API calls", { selector: "input" });
  await user.clear(calls);
  await user.type(calls, "1200000");
  await user.tab();
  await user.click(simulator.getByRole("button", { name: "Simulate" }));
  expect(await simulator.findByText("€574.00")).toBeVisible();
  expect(asked[0]).toMatchObject({ currency: "EUR", interval: Interval.MONTH, usage: { api_calls: 1_200_000n } });
});

test("a plan is published after a question, and archived when its id is typed", async () => {
  let state = Plan_State.DRAFT;
  const plan = () => ({ ...PLANS[1], state });
  const edge = billingEdge()
    .on(PlanService.method.getPlan, plan)
    .on(PlanService.method.listPlanVersions, () => ({ versions: [] }))
    .on(PlanService.method.publishPlan, ({ etag }) => {
      expect(etag).toBe("e_standard");
      state = Plan_State.PUBLISHED;
      return plan();
    })
    .on(PlanService.method.archivePlan, () => {
      state = Plan_State.ARCHIVED;
      return plan();
    });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/plans/standard", me: BILLER });
  expect(await screen.findByText(/This is a draft/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Publish" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Publish" }));
  await user.click(await screen.findByRole("button", { name: "Archive" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Archive Standard?" }));
  expect(dialog.getByRole("button", { name: "Archive" })).toHaveAttribute("aria-disabled", "true");
  await user.type(dialog.getByRole("textbox"), "standard");
  await user.click(dialog.getByRole("button", { name: "Archive" }));
  expect(await screen.findByText("Archived")).toBeVisible();
});

test("the provider puts a tenant on a plan after a look at what it costs", async () => {
  const made: CreateSubscriptionRequest[] = [];
  const edge = billingEdge()
    .on(SubscriptionService.method.listSubscriptions, () => ({ subscriptions: [] }))
    .on(SubscriptionService.method.createSubscription, (request) => {
      made.push(request);
      return { subscription: SUBSCRIPTION };
    });
  const { user, address } = await renderApp({ edge, address: "/master-admin/billing/tenants/ten_1", me: BILLER });
  expect(await screen.findByRole("heading", { level: 1, name: "Acme & <script>alert(1)</script>" })).toBeVisible();
  await user.click(await screen.findByRole("link", { name: "Choose a plan" }));
  await user.click(await screen.findByRole("button", { name: "Start trial: Standard" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Subscribe to Standard" }));
  await dialog.findByText("Standard: Platform");
  await user.click(dialog.getByRole("button", { name: "Start the trial" }));
  await expect.poll(() => made).toHaveLength(1);
  expect(made[0]).toMatchObject({
    tenantId: "ten_1",
    planId: "standard",
    currency: "EUR",
    seats: 1n,
    skipTrial: false,
  });
  await expect.poll(address).toBe("/master-admin/billing/tenants/ten_1");
});

test("part of a payment goes back, never more than is left", async () => {
  const amounts: bigint[] = [];
  const payment = {
    id: "pay_1",
    tenantId: "ten_1",
    invoiceId: "inv_000001",
    provider: Provider.SANDBOX,
    state: Payment_State.SUCCEEDED,
    amountMinor: 10_000n,
    refundedMinor: 2500n,
    currency: "EUR",
  };
  const edge = billingEdge()
    .on(PaymentService.method.listPayments, () => ({ payments: [payment] }))
    .on(PaymentService.method.refundPayment, ({ amountMinor }) => {
      amounts.push(amountMinor);
      return {};
    });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/payments", me: BILLER });
  await user.click(await screen.findByRole("button", { name: /Actions for €100\.00/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Refund" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Refund this payment?" }));
  const amount = dialog.getByRole("textbox", { name: "Amount" });
  expect(amount).toHaveValue("€75.00");
  await user.clear(amount);
  await user.type(amount, "80");
  await user.tab();
  expect(dialog.getByText("At most €75.00 can go back.")).toBeVisible();
  await user.clear(amount);
  await user.type(amount, "20.10");
  await user.tab();
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), "Outage");
  await user.click(dialog.getByRole("button", { name: "Refund €20.10" }));
  await expect.poll(() => amounts).toEqual([2010n]);
});

test("an invoice is voided only when its number is typed", async () => {
  const voided: string[] = [];
  const edge = billingEdge().on(InvoiceService.method.voidInvoice, ({ id, reason }) => {
    voided.push(`${id} ${reason}`);
    return invoiceOf(id);
  });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/invoices/inv_000001", me: BILLER });
  await user.click(await screen.findByRole("button", { name: "More" }));
  await user.click(await screen.findByRole("menuitem", { name: "Void invoice" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Void invoice 2026-000001?" }));
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), "Wrong");
  const button = dialog.getByRole("button", { name: "Void invoice" });
  expect(button).toHaveAttribute("aria-disabled", "true");
  await user.type(dialog.getByRole("textbox", { name: /^Type/ }), "2026-000001");
  await user.click(dialog.getByRole("button", { name: "Void invoice" }));
  await expect.poll(() => voided).toEqual(["inv_000001 Wrong"]);
});

test("a parked account says why, and goes on when somebody has looked", async () => {
  const notes: string[] = [];
  const parked = { ...ACCOUNT, state: BillingAccount_State.PARKED, parkReason: "Two periods overlap" };
  const edge = billingEdge()
    .on(BillingAccountService.method.listBillingAccounts, () => ({ accounts: [parked] }))
    .on(BillingAccountService.method.unparkBillingAccount, ({ note }) => {
      notes.push(note);
      if (notes.length === 1) throw refused("INVARIANT_BROKEN", 9);
      return ACCOUNT;
    });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/accounts", me: BILLER });
  expect(await screen.findByText("Two periods overlap")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Actions for Acme" }));
  await user.click(await screen.findByRole("menuitem", { name: "Unpark" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "What you found" }), "Merged them");
  await user.click(dialog.getByRole("button", { name: "Unpark" }));
  expect(await dialog.findByText(/does not add up/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Unpark" }));
  await expect.poll(said).toEqual(["Billing goes on."]);
  expect(notes).toEqual(["Merged them", "Merged them"]);
});

test("a disputed payment says until when to answer, and only what is left of it can go back", async () => {
  const dispute = {
    id: "dsp_1",
    tenantId: "ten_1",
    paymentId: "pay_1",
    invoiceId: "inv_000001",
    state: Dispute_State.OPEN,
    provider: Provider.SANDBOX,
    amountMinor: 3000n,
    takenMinor: 3000n,
    currency: "EUR",
    reason: "fraudulent",
    respondTime: at("2026-12-05T12:00:00Z"),
    createTime: at("2026-11-26T12:00:00Z"),
  };
  const payment = {
    id: "pay_1",
    tenantId: "ten_1",
    invoiceId: "inv_000001",
    provider: Provider.SANDBOX,
    state: Payment_State.SUCCEEDED,
    amountMinor: 10_000n,
    currency: "EUR",
    refundedMinor: 2500n,
    disputedMinor: 3000n,
    disputes: [dispute],
  };
  const edge = billingEdge()
    .on(PaymentService.method.listPayments, () => ({ payments: [payment] }))
    .on(PaymentService.method.listDisputes, ({ states }) => ({
      disputes: states.length === 0 || states.includes(Dispute_State.OPEN) ? [dispute] : [],
    }));
  const { user } = await renderApp({ edge, address: "/master-admin/billing/invoices/inv_000001", me: BILLER });
  const disputes = within(await screen.findByRole("list", { name: "Disputes" }));
  expect(disputes.getByText("€30.00 is wanted back")).toBeVisible();
  expect(disputes.getByText(/Answer at the provider by Dec 5, 2026.*The provider holds €30\.00/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Refund" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByLabelText("Amount", { selector: "input" })).toHaveValue("€45.00");
  cleanup();

  await renderApp({ edge, address: "/master-admin/billing/disputes", me: BILLER });
  expect(await screen.findByRole("row", { name: /€30\.00.*Disputed.*fraudulent/ })).toBeVisible();
  cleanup();
  await renderApp({ edge, address: "/master-admin/billing/disputes?state=lost", me: BILLER });
  expect(await screen.findByText("Nothing found")).toBeVisible();
});

test("coupons and tax rates are made of exact millionths", async () => {
  const coupons: CreateCouponRequest[] = [];
  const rates: CreateTaxRateRequest[] = [];
  const edge = billingEdge()
    .on(DiscountService.method.listCoupons, () => ({ coupons: [] }))
    .on(DiscountService.method.createCoupon, (request) => {
      coupons.push(request);
      if (coupons.length === 1) throw refused("COUPON_TAKEN", 6);
      return { code: request.code };
    })
    .on(TaxRateService.method.listTaxRates, () => ({ taxRates: [] }))
    .on(TaxRateService.method.createTaxRate, (request) => {
      rates.push(request);
      return { displayName: request.displayName };
    });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/coupons", me: BILLER });
  await user.click((await screen.findAllByRole("button", { name: "Create coupon" }))[0] as HTMLElement);
  const coupon = within(await screen.findByRole("dialog", { name: "Create a coupon" }));
  await user.type(coupon.getByRole("textbox", { name: "Code" }), "WELCOME");
  await user.type(coupon.getByRole("textbox", { name: "Name on invoices" }), "Welcome");
  const off = coupon.getByRole("textbox", { name: "Discount" });
  await user.clear(off);
  await user.type(off, "12.5");
  await user.tab();
  await user.click(coupon.getByRole("button", { name: "Create" }));
  expect(await coupon.findByText("Another coupon has this code.")).toBeVisible();
  const code = coupon.getByRole("textbox", { name: "Code" });
  await user.clear(code);
  await user.type(code, "WELCOME2");
  await user.click(coupon.getByRole("button", { name: "Create" }));
  await expect.poll(said).toEqual(["WELCOME2 can be redeemed now."]);
  expect(coupons.at(-1)).toMatchObject({ code: "WELCOME2", percentMicros: 125_000n, once: true, months: 0 });
  expect(coupons.at(-1)?.amountOff).toBeUndefined();

  await user.click(screen.getByRole("link", { name: "Tax rates" }));
  await user.click((await screen.findAllByRole("button", { name: "Create tax rate" }))[0] as HTMLElement);
  const rate = within(await screen.findByRole("dialog", { name: "Create a tax rate" }));
  await user.type(rate.getByRole("textbox", { name: "Name" }), "VAT CH");
  const percent = rate.getByRole("textbox", { name: "Rate" });
  await user.clear(percent);
  await user.type(percent, "8.1");
  await user.tab();
  await user.click(rate.getByRole("button", { name: "Create" }));
  await expect.poll(() => rates).toHaveLength(1);
  expect(rates[0]).toMatchObject({ displayName: "VAT CH", rateMicros: 81_000n, country: "" });
});

test("the books are proven on demand, and differences are shown", async () => {
  let proven = false;
  const proof = () => ({
    proven,
    proveTime: at("2026-11-26T03:00:00Z"),
    transactions: 2n,
    entries: 6n,
    differences: proven
      ? []
      : [{ kind: "receivable", id: "ten_1", expectedMinor: 100n, foundMinor: 90n, currency: "EUR" }],
  });
  const edge = billingEdge()
    .on(LedgerService.method.getLedgerProof, proof)
    .on(LedgerService.method.proveLedger, () => {
      proven = true;
      return proof();
    });
  const { user } = await renderApp({ edge, address: "/master-admin/billing/ledger", me: BILLER });
  expect(await screen.findByText("The books do not agree")).toBeVisible();
  expect(screen.getByRole("row", { name: /ten_1.*What a tenant owes.*€1\.00.*€0\.90/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Prove now" }));
  expect(await screen.findByText("The books are right")).toBeVisible();
});

test("the board shows what the platform counted, and who may not see it is told", async () => {
  const edge = billingEdge().on(BillingMetricsService.method.getBillingMetrics, ({ months }) => ({
    currency: "EUR",
    mrrMinor: 1_234_500n,
    arrMinor: 14_814_000n,
    churnMicros: 21_000n,
    outstandingMinor: 9400n,
    overdueMinor: 2100n,
    parkedAccounts: 1n,
    months: [
      { month: "2026-10", mrrMinor: 1_000_000n, subscribers: 10n },
      { month: "2026-11", mrrMinor: 1_234_500n, subscribers: BigInt(months) },
    ],
  }));
  const { user, address } = await renderApp({ edge, address: "/master-admin/dashboards/billing", me: BILLER });
  expect(await screen.findByText("€148,140.00")).toBeVisible();
  expect(screen.getByText("€94.00")).toBeVisible();
  expect(screen.getByText("€21.00 of it overdue")).toBeVisible();
  expect(screen.getByText("2.1%")).toBeVisible();
  expect(screen.getByText(/1 billing account waits/)).toBeVisible();
  expect(screen.getByText("Nobody has changed plan yet")).toBeVisible();
  await user.click(screen.getByRole("button", { name: /Time/ }));
  await user.click(await screen.findByRole("menuitemcheckbox", { name: "Last 24 months" }));
  await expect.poll(address).toContain("months=24");
});

test("who may not see billing's pages is told which permission is missing", async () => {
  const me = { ...BILLER, permissions: ["tenants.read"] };
  for (const [path, permission] of [
    ["billing/plans", "plans.read"],
    ["billing/accounts", "billing-accounts.manage"],
    ["dashboards/billing", "billing-metrics.read"],
  ]) {
    await renderApp({ edge: billingEdge(), address: `/master-admin/${path ?? ""}`, me });
    expect(await screen.findByText(permission ?? "")).toBeVisible();
    cleanup();
  }
});
