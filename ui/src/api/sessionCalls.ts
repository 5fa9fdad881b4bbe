/** The calls that start, continue and end a session. Import it with `import()`: visitors' pages do without until then. */
import { SessionService, TokenDelivery, type Me, type SignedIn } from "./gen/atrium/iam/v1/session_service_pb";
import { Realm } from "./gen/atrium/options/v1/options_pb";
import { createClient } from "./rest";
import { PLATFORM, type RealmKey } from "./session";
import type { Transport } from "./transport";

/** What a sign-in asks for, in the words of LoginRequest, RefreshRequest and ForgotPasswordRequest. */
export function realmFields(key: RealmKey): { realm: Realm; tenant: string } {
  return key === PLATFORM ? { realm: Realm.PLATFORM, tenant: "" } : { realm: Realm.TENANT, tenant: key };
}

/** How browsers want their refresh token. */
export const DELIVERY = TokenDelivery.COOKIE;

export function login(
  transport: Transport,
  realm: RealmKey,
  credentials: { email: string; password: string },
): Promise<SignedIn> {
  return createClient(SessionService, transport).login({ ...credentials, ...realmFields(realm), delivery: DELIVERY });
}

/** By the cookie. The answer sets the next one, so it must arrive even when the page is left meanwhile. */
export function refresh(transport: Transport, realm: RealmKey, retryKey: string): Promise<SignedIn> {
  return createClient(SessionService, transport).refresh({ ...realmFields(realm), retryKey }, { keepalive: true });
}

export async function logout(transport: Transport): Promise<void> {
  await createClient(SessionService, transport).logout({});
}

export function getMe(transport: Transport): Promise<Me> {
  return createClient(SessionService, transport).getMe({});
}
