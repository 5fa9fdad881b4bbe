/** The contract's states and kinds as words: in addresses and as keys of texts. */
import { Tenant_Isolation, Tenant_PaymentStatus, Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";

export const STATES = ["active", "provisioning", "suspended", "failed", "deleting", "purged"] as const;
export type StateWord = (typeof STATES)[number];

const STATE_OF: Record<StateWord, Tenant_State> = {
  active: Tenant_State.ACTIVE,
  provisioning: Tenant_State.PROVISIONING,
  suspended: Tenant_State.SUSPENDED,
  failed: Tenant_State.FAILED,
  deleting: Tenant_State.DELETING,
  purged: Tenant_State.PURGED,
};

export function stateOf(word: StateWord): Tenant_State {
  return STATE_OF[word];
}

/** Undefined for states that a newer platform has. */
export function stateWord(state: Tenant_State): StateWord | undefined {
  return STATES.find((word) => STATE_OF[word] === state);
}

export type IsolationWord = "pool" | "silo";

export function isolationWord(isolation: Tenant_Isolation): IsolationWord {
  return isolation === Tenant_Isolation.SILO ? "silo" : "pool";
}

export type PaymentWord = "current" | "pastDue";

export function paymentWord(status: Tenant_PaymentStatus): PaymentWord {
  return status === Tenant_PaymentStatus.PAST_DUE ? "pastDue" : "current";
}

export type HealthWord = "good" | "fair" | "poor";

/** How a health score is read: from 70 good, from 40 fair. */
export function healthWord(score: number): HealthWord {
  if (score >= 70) return "good";
  return score >= 40 ? "fair" : "poor";
}

/** Whether the tenant has a place for its data: it can be exported. */
export function holdsData(state: Tenant_State): boolean {
  return state === Tenant_State.ACTIVE || state === Tenant_State.SUSPENDED;
}
