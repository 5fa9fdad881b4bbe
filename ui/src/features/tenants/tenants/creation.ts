/** The form of a new tenant: its steps, its rules, and the request it makes. */
import { rules } from "@/forms/rules";

export const STEPS = ["company", "plan", "admin", "review"] as const;
export type Step = (typeof STEPS)[number];

export interface CreationValues {
  displayName: string;
  slug: string;
  locale: string;
  timeZone: string;
  plan: string;
  adminDisplayName: string;
  adminEmail: string;
}

/** The fields that a step asks for. */
export const FIELDS: Record<Step, readonly (keyof CreationValues)[]> = {
  company: ["displayName", "slug", "locale", "timeZone"],
  plan: ["plan"],
  admin: ["adminDisplayName", "adminEmail"],
  review: [],
};

/** The platform's own rules for a new tenant. */
export const creationRules = rules(
  async () => (await import("@/api/rules/atrium/tenants/v1/tenant_service_pb")).CreateTenantRequestSchema,
  (values: CreationValues) => values,
);

/** Refusals that are about one field. */
export const FIELD_OF: Readonly<Record<string, keyof CreationValues>> = {
  SLUG_TAKEN: "slug",
  SLUG_RESERVED: "slug",
  PLAN_UNKNOWN: "plan",
};

/** What `useFormSteps` wants to know of the steps. */
export const FORM_STEPS = STEPS.map((id) => ({ id, fields: FIELDS[id] }));
