/**
 * The vocabulary of the audit log: what the contract's methods are called in it. It brings the descriptors of all
 * services along: import it with `import()`, when somebody wants to choose.
 */
import { getOption, type DescService } from "@bufbuild/protobuf";

import { audit } from "@/api/rules/atrium/options/v1/options_pb";

const files = import.meta.glob<Record<string, unknown>>("/src/api/rules/atrium/*/v1/*_service_pb.ts", { eager: true });

/** What the platform files beside calls: a sign-in that waits for its second factor, a copied token, a visit, an end. */
const NOTED = ["iam:session:challenge", "iam:session:reuse", "iam:user:impersonate", "tenants:tenant:purge"];

/** Every action there is, `module:thing:verb`, sorted. */
export const ACTIONS: readonly string[] = [
  ...new Set([
    ...NOTED,
    ...Object.values(files)
      .flatMap((file) => Object.values(file))
      .filter(isService)
      .flatMap(({ methods }) => methods.map((method) => getOption(method, audit).action))
      .filter((action) => action !== ""),
  ]),
].toSorted();

function isService(one: unknown): one is DescService {
  return typeof one === "object" && one !== null && "kind" in one && one.kind === "service";
}
