import { ApiError } from "@/api/errors";
import type { ErrorTexts } from "@/i18n/errorText";

/**
 * Refusals that are about one field though the platform does not name it, as faults of that field: `fields` says
 * which reason is about which. Others are passed on as they are.
 */
export function atField(error: unknown, fields: Readonly<Record<string, string>>, { errorText }: ErrorTexts): unknown {
  if (!(error instanceof ApiError) || error.violations.length > 0) return error;
  const field = fields[error.reason];
  if (field === undefined) return error;
  return new ApiError({
    ...error.toFailure(),
    violations: [{ field, rule: error.reason, description: errorText(error) }],
  });
}
