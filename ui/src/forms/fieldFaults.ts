import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { errorTexts } from "@/i18n/errorText";

type AtField = (error: unknown, fields: Readonly<Record<string, string>>) => Promise<unknown>;

/**
 * Refusals that are about one field though the platform does not name it, as faults of that field: `fields` says
 * which reason is about which. Others are passed on as they are.
 */
export function useAtField(): AtField {
  const { i18n } = useTranslation();
  return async (error, fields) => {
    if (!(error instanceof ApiError) || error.violations.length > 0) return error;
    const field = fields[error.reason];
    if (field === undefined) return error;
    // A field keeps the words it is given, so they have to be there first.
    await i18n.loadNamespaces("errors");
    const description = errorTexts(i18n).errorText(error);
    return new ApiError({ ...error.toFailure(), violations: [{ field, rule: error.reason, description }] });
  };
}
