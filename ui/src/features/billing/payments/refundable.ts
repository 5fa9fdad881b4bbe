import { Payment_State, type Payment } from "@/api/gen/atrium/billing/v1/payment_pb";

type Paid = Pick<Payment, "state" | "amountMinor" | "refundedMinor" | "disputedMinor">;

/** What of a payment can go back: what came, went back already or was taken by a dispute left out. */
export function refundableMinor({ state, amountMinor, refundedMinor, disputedMinor }: Paid): bigint {
  const left = amountMinor - refundedMinor - disputedMinor;
  return state === Payment_State.SUCCEEDED && left > 0n ? left : 0n;
}
