/** The contract's states and kinds as words: in addresses and as keys of texts. */
import { BillingAccount_State } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { Invoice_Kind, Invoice_Reason, Invoice_State, InvoiceLine_Kind } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { LedgerAccountType } from "@/api/gen/atrium/billing/v1/ledger_service_pb";
import {
  DeclineReason,
  Dispute_State,
  Payment_State,
  PaymentMethod_State,
  Provider,
  Refund_State,
} from "@/api/gen/atrium/billing/v1/payment_pb";
import { Interval, Limit_Beyond, Plan_State, Price_Kind, Price_Model } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Subscription_State } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { Meter_Aggregation } from "@/api/gen/atrium/billing/v1/usage_pb";

export interface Words<W extends string, E extends number> {
  /** In the order in which they are offered. */
  all: readonly W[];
  of: (word: W) => E;
  /** `unknown` for values that a newer platform has. */
  word: (value: number) => W | "unknown";
}

function wordsFor<W extends string, E extends number>(values: Readonly<Record<W, E>>): Words<W, E> {
  const all = Object.keys(values) as W[];
  return { all, of: (word) => values[word], word: (value) => all.find((one) => values[one] === value) ?? "unknown" };
}

export const intervals = wordsFor({ month: Interval.MONTH, year: Interval.YEAR });

export const planStates = wordsFor({
  published: Plan_State.PUBLISHED,
  draft: Plan_State.DRAFT,
  archived: Plan_State.ARCHIVED,
});

export const priceKinds = wordsFor({ flat: Price_Kind.FLAT, seat: Price_Kind.SEAT, meter: Price_Kind.METER });

export const priceModels = wordsFor({
  perUnit: Price_Model.PER_UNIT,
  graduated: Price_Model.GRADUATED,
  volume: Price_Model.VOLUME,
  package: Price_Model.PACKAGE,
});

export const beyonds = wordsFor({ refuse: Limit_Beyond.REFUSE, charge: Limit_Beyond.CHARGE });

export const subscriptionStates = wordsFor({
  active: Subscription_State.ACTIVE,
  trialing: Subscription_State.TRIALING,
  pastDue: Subscription_State.PAST_DUE,
  suspended: Subscription_State.SUSPENDED,
  paused: Subscription_State.PAUSED,
  incomplete: Subscription_State.INCOMPLETE,
  cancelled: Subscription_State.CANCELLED,
});

export const invoiceStates = wordsFor({
  open: Invoice_State.OPEN,
  paid: Invoice_State.PAID,
  void: Invoice_State.VOID,
  uncollectible: Invoice_State.UNCOLLECTIBLE,
  draft: Invoice_State.DRAFT,
});

export const invoiceKinds = wordsFor({ invoice: Invoice_Kind.INVOICE, creditNote: Invoice_Kind.CREDIT_NOTE });

export const invoiceReasons = wordsFor({
  create: Invoice_Reason.SUBSCRIPTION_CREATE,
  cycle: Invoice_Reason.CYCLE,
  change: Invoice_Reason.CHANGE,
  cancel: Invoice_Reason.CANCEL,
  refund: Invoice_Reason.REFUND,
  manual: Invoice_Reason.MANUAL,
});

export const lineKinds = wordsFor({
  recurring: InvoiceLine_Kind.RECURRING,
  usage: InvoiceLine_Kind.USAGE,
  proratedCharge: InvoiceLine_Kind.PRORATED_CHARGE,
  proratedCredit: InvoiceLine_Kind.PRORATED_CREDIT,
  manual: InvoiceLine_Kind.MANUAL,
});

export const paymentStates = wordsFor({
  succeeded: Payment_State.SUCCEEDED,
  pending: Payment_State.PENDING,
  requiresAction: Payment_State.REQUIRES_ACTION,
  failed: Payment_State.FAILED,
  cancelled: Payment_State.CANCELLED,
});

export const refundStates = wordsFor({
  succeeded: Refund_State.SUCCEEDED,
  pending: Refund_State.PENDING,
  failed: Refund_State.FAILED,
});

export const disputeStates = wordsFor({
  open: Dispute_State.OPEN,
  won: Dispute_State.WON,
  lost: Dispute_State.LOST,
});

export const methodStates = wordsFor({
  active: PaymentMethod_State.ACTIVE,
  pending: PaymentMethod_State.PENDING,
  expired: PaymentMethod_State.EXPIRED,
  removed: PaymentMethod_State.REMOVED,
});

export const providers = wordsFor({
  sandbox: Provider.SANDBOX,
  stripe: Provider.STRIPE,
  paypal: Provider.PAYPAL,
  manual: Provider.MANUAL,
});

export const declines = wordsFor({
  generic: DeclineReason.GENERIC,
  insufficientFunds: DeclineReason.INSUFFICIENT_FUNDS,
  expired: DeclineReason.EXPIRED,
  incorrectDetails: DeclineReason.INCORRECT_DETAILS,
  lostOrStolen: DeclineReason.LOST_OR_STOLEN,
  suspectedFraud: DeclineReason.SUSPECTED_FRAUD,
  limitExceeded: DeclineReason.LIMIT_EXCEEDED,
  notConfirmed: DeclineReason.NOT_CONFIRMED,
  unsupported: DeclineReason.UNSUPPORTED,
  methodGone: DeclineReason.METHOD_GONE,
});

export const accountStates = wordsFor({ open: BillingAccount_State.OPEN, parked: BillingAccount_State.PARKED });

export const ledgerAccounts = wordsFor({
  receivable: LedgerAccountType.RECEIVABLE,
  credit: LedgerAccountType.CREDIT,
  revenue: LedgerAccountType.REVENUE,
  tax: LedgerAccountType.TAX,
  cash: LedgerAccountType.CASH,
  goodwill: LedgerAccountType.GOODWILL,
  badDebt: LedgerAccountType.BAD_DEBT,
  disputed: LedgerAccountType.DISPUTED,
});

export const aggregations = wordsFor({
  sum: Meter_Aggregation.SUM,
  max: Meter_Aggregation.MAX,
  gauge: Meter_Aggregation.GAUGE,
});

/** The word of a decline reason that is given by name, as metadata and invoices have it: `INSUFFICIENT_FUNDS`. */
export function declineNamed(name: string): ReturnType<typeof declines.word> {
  const value = (DeclineReason as unknown as Record<string, DeclineReason>)[name.replace("DECLINE_REASON_", "")];
  return value === undefined ? "unknown" : declines.word(value);
}
