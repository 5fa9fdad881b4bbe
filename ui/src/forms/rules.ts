import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";

import type { FieldViolation } from "@/api/errors";

/** Fetches the check of a form's values. */
export type Rules<V> = () => Promise<(values: V) => FieldViolation[]>;

/**
 * The rules of a request message, fetched when a form needs them. The schema is one of `@/api/rules`:
 *
 *     const createUser = rules(
 *       async () => (await import("@/api/rules/atrium/iam/v1/user_service_pb")).CreateUserRequestSchema,
 *       ({ email, displayName }: Values) => ({ email, displayName }),
 *     );
 */
export function rules<S extends DescMessage, V>(
  loadSchema: () => Promise<S>,
  toRequest: (values: V) => MessageInitShape<S>,
): Rules<V> {
  let fetched: Promise<(values: V) => FieldViolation[]> | undefined;
  return () => {
    fetched ??= Promise.all([loadSchema(), import("@/api/validation")]).then(
      ([schema, { violationsOf }]) =>
        (values: V) =>
          violationsOf(schema, toRequest(values)),
    );
    // A connection that was lost meanwhile must not spoil the form for good.
    fetched.catch(() => (fetched = undefined));
    return fetched;
  };
}
