/** The calls of pages for people who are not signed in yet. Import it with `import()`, as `sessionCalls.ts`. */
import { MfaService, type StartTotpResponse } from "./gen/atrium/iam/v1/mfa_service_pb";
import { PasswordService, type Invitation } from "./gen/atrium/iam/v1/password_service_pb";
import { SessionService, type SignedIn } from "./gen/atrium/iam/v1/session_service_pb";
import { SetupService } from "./gen/atrium/iam/v1/setup_service_pb";
import { createClient } from "./rest";
import type { RealmKey } from "./session";
import { DELIVERY, realmFields } from "./sessionCalls";
import type { Transport } from "./transport";

/** `totpCode` is six digits from an authenticator; `recoveryCode` one of those that were shown once. */
export type Factor = { case: "totpCode"; value: string } | { case: "recoveryCode"; value: string };

/** Somebody in the middle of a sign-in has no session: they show the token that the password brought. */
const halfSignedIn = (mfaToken: string) => ({ headers: { authorization: `Bearer ${mfaToken}` } });

export function completeMfa(transport: Transport, mfaToken: string, factor: Factor): Promise<SignedIn> {
  return createClient(SessionService, transport).completeMfa({ factor, delivery: DELIVERY }, halfSignedIn(mfaToken));
}

/** Without `mfaToken`: for somebody who is signed in. */
export function startTotp(transport: Transport, mfaToken?: string): Promise<StartTotpResponse> {
  return createClient(MfaService, transport).startTotp({}, mfaToken === undefined ? {} : halfSignedIn(mfaToken));
}

/** The recovery codes. */
export async function confirmTotp(transport: Transport, code: string, mfaToken?: string): Promise<string[]> {
  const options = mfaToken === undefined ? {} : halfSignedIn(mfaToken);
  return (await createClient(MfaService, transport).confirmTotp({ code }, options)).recoveryCodes;
}

export async function forgotPassword(transport: Transport, realm: RealmKey, email: string): Promise<void> {
  await createClient(PasswordService, transport).forgotPassword({ email, ...realmFields(realm) });
}

export async function resetPassword(transport: Transport, token: string, password: string): Promise<void> {
  await createClient(PasswordService, transport).resetPassword({ token, password });
}

export function getInvitation(transport: Transport, token: string): Promise<Invitation> {
  return createClient(PasswordService, transport).getInvitation({ token });
}

export function acceptInvitation(
  transport: Transport,
  accepted: { token: string; password: string; displayName: string },
): Promise<SignedIn> {
  return createClient(PasswordService, transport).acceptInvitation({ ...accepted, delivery: DELIVERY });
}

export interface FirstStart {
  code: string;
  organizationName: string;
  email: string;
  displayName: string;
  password: string;
}

export async function completeSetup(transport: Transport, start: FirstStart): Promise<void> {
  await createClient(SetupService, transport).completeSetup(start);
}
