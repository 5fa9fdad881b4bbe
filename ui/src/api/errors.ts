/** One field of a request that the platform did not accept. */
export interface FieldViolation {
  /** The field's name as forms know it: `display_name` becomes `displayName`, `names[0]` becomes `names.0`. */
  field: string;
  /** The rule that was broken, such as `string.min_len`; empty when the platform does not say. */
  rule: string;
  /** The platform's own sentence, in English. */
  description: string;
}

export interface ApiFailure {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** A google.rpc.Code. */
  code: number;
  /** Machine-readable, such as `EMAIL_TAKEN`; one of ours (`CLIENT_…`) when no answer came or it could not be read. */
  reason: string;
  /** The part of the platform that refused, such as `atrium.iam`. */
  domain: string;
  metadata: Readonly<Record<string, string>>;
  violations: readonly FieldViolation[];
  /** Finds the call in the platform's logs; empty when no answer came. */
  requestId: string;
  retryAfterSeconds: number | undefined;
  message: string;
}

export const Code = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** The reasons that calls fail for before the platform has a say. */
export const ClientReason = {
  /** The caller gave up. */
  CANCELLED: "CLIENT_CANCELLED",
  /** No connection, or it broke. */
  OFFLINE: "CLIENT_OFFLINE",
  /** An answer that is not the platform's. */
  UNREADABLE: "CLIENT_UNREADABLE",
  /** A value of the path is missing. */
  INCOMPLETE: "CLIENT_INCOMPLETE",
} as const;

/** A failed call. */
export class ApiError extends Error implements ApiFailure {
  readonly status: number;
  readonly code: number;
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly requestId: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(failure: Partial<ApiFailure> & Pick<ApiFailure, "reason" | "message">) {
    super(failure.message);
    this.name = "ApiError";
    this.status = failure.status ?? 0;
    this.code = failure.code ?? Code.UNKNOWN;
    this.reason = failure.reason;
    this.domain = failure.domain ?? "";
    this.metadata = failure.metadata ?? {};
    this.violations = failure.violations ?? [];
    this.requestId = failure.requestId ?? "";
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }

  /** The same as a plain object, for stores that keep only those. */
  toFailure(): ApiFailure {
    const { status, code, reason, domain, metadata, violations, requestId, retryAfterSeconds, message } = this;
    return { status, code, reason, domain, metadata, violations, requestId, retryAfterSeconds, message };
  }

  get cancelled(): boolean {
    return this.reason === ClientReason.CANCELLED;
  }
}

/** The request id where the platform is at fault, to be shown for reports; empty for refusals that people can mend. */
export function reportId(failure: Pick<ApiFailure, "status" | "requestId">): string {
  return failure.status >= 500 ? failure.requestId : "";
}

interface Detail {
  "@type"?: string;
  reason?: string;
  domain?: string;
  metadata?: Record<string, string>;
  fieldViolations?: { field?: string; description?: string; reason?: string }[];
}

/** Reads a refusal: google.rpc.Status with ErrorInfo and BadRequest. */
export async function refusal(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("x-request-id") ?? "";
  let body: { code?: number; message?: string; details?: Detail[] };
  try {
    body = (await response.json()) as typeof body;
  } catch {
    const message = `HTTP ${String(response.status)}`;
    return new ApiError({ reason: ClientReason.UNREADABLE, message, status: response.status, requestId });
  }
  const info = detail(body, "google.rpc.ErrorInfo");
  const metadata = info?.metadata ?? {};
  return new ApiError({
    status: response.status,
    code: body.code ?? Code.UNKNOWN,
    reason: info?.reason ?? ClientReason.UNREADABLE,
    domain: info?.domain ?? "",
    metadata,
    violations: (detail(body, "google.rpc.BadRequest")?.fieldViolations ?? []).map((one) => ({
      field: formName(one.field ?? ""),
      rule: one.reason ?? "",
      description: one.description ?? "",
    })),
    requestId,
    retryAfterSeconds: seconds(response.headers.get("retry-after") ?? metadata["retry_after_seconds"]),
    message: body.message ?? `HTTP ${String(response.status)}`,
  });
}

/** `user.display_name` → `user.displayName`, `names[0]` → `names.0`, `labels["a"]` → `labels.a`. */
export function formName(field: string): string {
  return field
    .replace(/\[(?:"([^"]*)"|([^\]]*))\]/g, (_, quoted?: string, bare?: string) => `.${quoted ?? bare ?? ""}`)
    .replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function detail(body: { details?: Detail[] }, type: string): Detail | undefined {
  return body.details?.find((one) => one["@type"]?.endsWith(`/${type}`));
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && text !== "" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
