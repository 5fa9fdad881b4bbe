import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { errorTexts } from "@/i18n/errorText";

type AtField = (error: unknown, fields: Readonly<Record<string, string>>) => Promise<unknown>;

/**
 * Refusals that are about one field as faults of that field, in words of the language shown: `fields` says which reason
 * is about which, for where the platform does not name it, or only in a sentence of its own. Others are passed on as
 * they are.
 */
export function useAtField(): AtField {
  const { i18n } = useTranslation();
  return async (error, fields) => {
    if (!(error instanceof ApiError)) return error;
    const field = fields[error.reason];
    const isElsewhere = error.violations.some((one) => one.field !== field || one.rule !== error.reason);
    if (field === undefined || isElsewhere) return error;
    // A field keeps the words it is given, so they have to be there first.
    await i18n.loadNamespaces("errors");
    const description = errorTexts(i18n).errorText(error);
    return new ApiError({ ...error.toFailure(), violations: [{ field, rule: error.reason, description }] });
  };
}
