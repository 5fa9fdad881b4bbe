// @vitest-environment node
import type { DescEnum } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { BillingAccount_StateSchema } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import {
  Invoice_KindSchema,
  Invoice_ReasonSchema,
  Invoice_StateSchema,
  InvoiceLine_KindSchema,
} from "@/api/gen/atrium/billing/v1/invoice_pb";
import { LedgerAccountTypeSchema } from "@/api/gen/atrium/billing/v1/ledger_service_pb";
import {
  DeclineReasonSchema,
  Payment_StateSchema,
  PaymentMethod_StateSchema,
  ProviderSchema,
  Refund_StateSchema,
} from "@/api/gen/atrium/billing/v1/payment_pb";
import {
  IntervalSchema,
  Limit_BeyondSchema,
  Plan_StateSchema,
  Price_KindSchema,
  Price_ModelSchema,
} from "@/api/gen/atrium/billing/v1/plan_pb";
import { Subscription_StateSchema } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { Meter_AggregationSchema } from "@/api/gen/atrium/billing/v1/usage_pb";

import * as words from "./words";

const pairs: [DescEnum, words.Words<string, number>][] = [
  [IntervalSchema, words.intervals],
  [Plan_StateSchema, words.planStates],
  [Price_KindSchema, words.priceKinds],
  [Price_ModelSchema, words.priceModels],
  [Limit_BeyondSchema, words.beyonds],
  [Subscription_StateSchema, words.subscriptionStates],
  [Invoice_StateSchema, words.invoiceStates],
  [Invoice_KindSchema, words.invoiceKinds],
  [Invoice_ReasonSchema, words.invoiceReasons],
  [InvoiceLine_KindSchema, words.lineKinds],
  [Payment_StateSchema, words.paymentStates],
  [Refund_StateSchema, words.refundStates],
  [PaymentMethod_StateSchema, words.methodStates],
  [ProviderSchema, words.providers],
  [DeclineReasonSchema, words.declines],
  [BillingAccount_StateSchema, words.accountStates],
  [LedgerAccountTypeSchema, words.ledgerAccounts],
  [Meter_AggregationSchema, words.aggregations],
] as unknown as [DescEnum, words.Words<string, number>][];

test.each(pairs.map(([schema, of]) => [schema.typeName, schema, of] as const))(
  "every value of %s has a word of its own",
  (_, schema, of) => {
    const values = schema.values.map(({ number }) => number).filter((number) => number !== 0);
    expect(values.map((value) => of.word(value))).not.toContain("unknown");
    expect(new Set(of.all.map((word) => of.of(word)))).toEqual(new Set(values));
    expect(of.all).toHaveLength(values.length);
    expect(of.word(0)).toBe("unknown");
  },
);

test("decline reasons are known by name", () => {
  expect(words.declineNamed("INSUFFICIENT_FUNDS")).toBe("insufficientFunds");
  expect(words.declineNamed("DECLINE_REASON_EXPIRED")).toBe("expired");
  expect(words.declineNamed("")).toBe("unknown");
});
