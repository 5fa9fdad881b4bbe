import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";

import type { FieldViolation } from "@/api/errors";

/** Fetches the check of a form's values. */
export type Rules<V> = () => Promise<(values: V) => FieldViolation[]>;

/**
 * The rules of a request message, fetched when a form needs them:
 *
 *     const createUser = rules(
 *       () => import("@/api/rules/atrium/iam/v1/user_service_pb"),
 *       (module) => module.CreateUserRequestSchema,
 *       (values: Values) => ({ email: values.email }),
 *     );
 */
export function rules<Module, S extends DescMessage, V>(
  load: () => Promise<Module>,
  schema: (module: Module) => S,
  toRequest: (values: V) => MessageInitShape<S>,
): Rules<V> {
  let fetched: Promise<(values: V) => FieldViolation[]> | undefined;
  return () => {
    fetched ??= Promise.all([load(), import("@/api/validation")]).then(
      ([module, { violationsOf }]) =>
        (values: V) =>
          violationsOf(schema(module), toRequest(values)),
    );
    // A connection that was lost meanwhile must not spoil the form for good.
    fetched.catch(() => (fetched = undefined));
    return fetched;
  };
}
