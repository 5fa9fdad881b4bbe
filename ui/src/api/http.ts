/** How a request message maps to HTTP: what its google.api.http annotation says, as Envoy's transcoder reads it. */
import {
  create,
  getOption,
  hasOption,
  toJson,
  type DescMessage,
  type DescMethod,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
} from "@bufbuild/protobuf";

import { ApiError, ClientReason, Code } from "./errors";
import { http } from "./gen/google/api/annotations_pb";

export interface HttpRequest {
  verb: string;
  /** Path and query. */
  url: string;
  /** JSON. */
  body: string | undefined;
}

const VARIABLE = /\{([^=}]+)(?:=([^}]*))?\}/g;

export interface HttpRule {
  verb: string;
  template: string;
  /** `*`, a field, or empty for none. */
  body: string;
}

/** The method's route. Throws for methods that are not offered in REST. */
export function httpRule(method: DescMethod): HttpRule {
  if (!hasOption(method, http)) throw new Error(`${String(method)} is not offered in REST`);
  const { pattern, body } = getOption(method, http);
  if (pattern.case === undefined || pattern.case === "custom") throw new Error(`${String(method)}: unknown verb`);
  return { verb: pattern.case.toUpperCase(), template: pattern.value, body };
}

/** Throws ApiError when a value of the path is missing. */
export function toHttpRequest<I extends DescMessage>(
  method: DescMethod & { input: I },
  request: MessageInitShape<I>,
): HttpRequest {
  const rule = httpRule(method);
  const rest = toJson(method.input, create(method.input, request)) as JsonObject;
  const path = rule.template.replace(VARIABLE, (_, field: string, pattern?: string) => {
    const value = take(rest, jsonPath(method.input, field));
    if (value === undefined || value === "") {
      const message = `${String(method)} needs ${field}`;
      throw new ApiError({ reason: ClientReason.INCOMPLETE, message, code: Code.INVALID_ARGUMENT });
    }
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    const whole = pattern === undefined || !(pattern.includes("/") || pattern === "**");
    return whole ? encodeURIComponent(text) : text.split("/").map(encodeURIComponent).join("/");
  });
  let body: JsonValue | undefined;
  if (rule.body === "*") body = rest;
  else if (rule.body !== "") body = take(rest, jsonPath(method.input, rule.body)) ?? {};
  const query = new URLSearchParams();
  if (rule.body !== "*") flatten("", rest, query);
  const search = query.toString();
  return {
    verb: rule.verb,
    url: search === "" ? path : `${path}?${search}`,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

/** The JSON names along a proto field path: `user.tenant_id` → `["user", "tenantId"]`. */
export function jsonPath(message: DescMessage, path: string): string[] {
  let at: DescMessage | undefined = message;
  return path.split(".").map((name) => {
    const field: DescMessage["fields"][number] | undefined = at?.fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`${message.typeName} has no field ${path}`);
    at = field.message;
    return field.jsonName;
  });
}

/** Reads and removes the value at a path. */
function take(from: JsonObject, path: readonly string[]): JsonValue | undefined {
  const [key = "", ...rest] = path;
  const value = from[key];
  if (rest.length > 0) return isObject(value) ? take(value, rest) : undefined;
  delete from[key];
  return value;
}

function flatten(prefix: string, value: JsonValue, into: URLSearchParams): void {
  if (value === null) return;
  if (Array.isArray(value)) value.forEach((one) => flatten(prefix, one, into));
  else if (isObject(value))
    for (const [key, one] of Object.entries(value)) flatten(prefix === "" ? key : `${prefix}.${key}`, one, into);
  else into.append(prefix, String(value));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
