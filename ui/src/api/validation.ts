/**
 * The platform's own field rules, checked before a request is sent. Large: import it, and the schemas below `rules/`,
 * with `import()` from forms only.
 */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";

import { formName, type FieldViolation } from "./errors";

const validator = createValidator();

/**
 * What the platform would object to, in the words of `FieldViolation`. `schema` is one of `rules/`; the values are
 * those of the request.
 */
export function violationsOf<M extends DescMessage>(schema: M, values: MessageInitShape<M>): FieldViolation[] {
  const result = validator.validate(schema, create(schema, values));
  if (result.kind === "valid") return [];
  if (result.kind === "error") throw result.error;
  return result.violations.map((one) => ({
    field: formName(one.field.map((part, at) => pathPart(part, at)).join("")),
    rule: one.ruleId,
    description: one.message,
  }));
}

type PathPart = Parameters<Parameters<InvalidPath["map"]>[0]>[0];
type InvalidPath = Extract<ReturnType<typeof validator.validate>, { kind: "invalid" }>["violations"][number]["field"];

function pathPart(part: PathPart, at: number): string {
  switch (part.kind) {
    case "field":
    case "oneof":
      return (at === 0 ? "" : ".") + part.name;
    case "extension":
      return `.${part.typeName}`;
    case "list_sub":
      return `[${String(part.index)}]`;
    case "map_sub":
      return `[${JSON.stringify(String(part.key))}]`;
  }
}
