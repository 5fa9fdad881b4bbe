import type { FieldError } from "react-hook-form";

import { useErrorText } from "@/i18n/errorText";

/** What is wrong with a field, in words; undefined while nothing is. For the `error` of the design's fields. */
export function useFieldError(error: FieldError | undefined): string | undefined {
  const { violationText } = useErrorText();
  return error && violationText({ rule: error.type, description: error.message ?? "" });
}
