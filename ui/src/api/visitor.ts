/**
 * The two questions of visitors' pages: whether the installation is set up, and how a tenant looks. They are asked
 * without the client of the contract, whose 30 kB a visitor does not need for a few words; a test holds the addresses
 * and names to the contract.
 */
import { ApiError, ClientReason, Code, refusal } from "./errors";
import type { Setup } from "./gen/atrium/iam/v1/setup_service_pb";
import type { Branding } from "./gen/atrium/tenants/v1/tenant_settings_service_pb";
import { fetchTransport, type Transport } from "./transport";

export type SetupState = Pick<Setup, "open" | "organizationName" | "mailKept">;
export type Brand = Pick<Branding, "displayName" | "primaryColor" | "accentColor" | "logo">;

export const SETUP_URL = "/api/v1/setup";
export const brandUrl = (slug: string): string => `/api/v1/branding/${encodeURIComponent(slug)}`;

/** Fails with ApiError. */
export function getSetup(transport: Transport = fetchTransport): Promise<SetupState> {
  return ask(transport, SETUP_URL);
}

/** Fails with ApiError; its code is NOT_FOUND where there is no such tenant. */
export function getBrand(slug: string, transport: Transport = fetchTransport): Promise<Brand> {
  return ask(transport, brandUrl(slug));
}

async function ask<T>(transport: Transport, url: string): Promise<T> {
  let response: Response;
  try {
    const headers = new Headers({ accept: "application/json" });
    response = await transport({ isPublic: true, url, init: { headers, credentials: "same-origin" } });
    if (response.ok) return (await response.json()) as T;
  } catch (error) {
    throw new ApiError({ reason: ClientReason.OFFLINE, message: String(error), code: Code.UNAVAILABLE });
  }
  throw await refusal(response);
}
