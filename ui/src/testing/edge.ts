/**
 * An edge in memory for tests and stories: the routes, the JSON and the refusals of the real one, in front of
 * handlers that a test writes. It is made of the same descriptors, keeps cookies as a browser does, and refuses what
 * Envoy refuses (unknown paths, verbs, query and body fields), so that a client that passes here speaks the contract.
 */
import {
  create,
  fromJson,
  hasOption,
  toJson,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";

import { isPublic } from "@/api/access";
import { ApiError, Code, type ApiFailure } from "@/api/errors";
import { http } from "@/api/gen/google/api/annotations_pb";
import { httpRule, jsonPath } from "@/api/http";
import type { Transport } from "@/api/transport";

export interface Received {
  headers: Headers;
  /** The cookies that the browser sent. */
  cookies: ReadonlyMap<string, string>;
  setCookie: (name: string, value: string) => void;
  signal: AbortSignal;
}

type Handler<I extends DescMessage, R> = (request: MessageShape<I>, received: Received) => R;
type Unary = Handler<DescMessage, unknown>;
type Streaming = Handler<DescMessage, AsyncIterable<unknown>>;

interface Route {
  method: DescMethod;
  verb: string;
  pattern: RegExp;
  variables: string[];
  body: string;
}

const HTTP_STATUS: Record<number, number> = {
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  13: 500,
  14: 503,
  16: 401,
};
const QUERY_VALUE: Record<string, (text: string) => JsonValue> = { true: () => true, false: () => false };

export class TestEdge {
  /** The paths of all calls so far, `POST /api/v1/…`, oldest first. */
  readonly calls: string[] = [];
  readonly cookies = new Map<string, string>();
  /** Whether calls to methods that are not public need a bearer token. */
  demandsToken = false;
  /** While true, nothing can be reached. */
  down = false;
  readonly #routes: Route[] = [];
  readonly #handlers = new Map<string, Unary | Streaming>();
  #count = 0;

  constructor(...services: DescService[]) {
    for (const service of services) this.#routes.push(...service.methods.flatMap((method) => routesOf(method)));
    // Literal paths win over those with variables.
    this.#routes.sort((a, b) => a.variables.length - b.variables.length);
  }

  /** Answers a unary method from now on. A handler refuses by throwing `refused(…)`. */
  on<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    handler: Handler<I, MessageInitShape<O> | Promise<MessageInitShape<O>>>,
  ): this {
    this.#add(method);
    this.#handlers.set(String(method), handler as Unary);
    return this;
  }

  /** Answers a server stream from now on. */
  onStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    handler: Handler<I, AsyncIterable<MessageInitShape<O>>>,
  ): this {
    this.#add(method);
    this.#handlers.set(String(method), handler as Streaming);
    return this;
  }

  #add(method: DescMethod): void {
    if (!this.#routes.some((one) => one.method === method)) {
      this.#routes.push(...routesOf(method));
      this.#routes.sort((a, b) => a.variables.length - b.variables.length);
    }
  }

  /** `fetch` to this edge. */
  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const signal = init.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    // As a network does, it answers later.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    if (this.down) throw new TypeError("Failed to fetch");
    return this.#answer(init.method ?? "GET", new URL(url, "http://edge"), init, signal);
  };

  readonly transport: Transport = (call) => this.fetch(call.url, call.init);

  async #answer(verb: string, url: URL, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const requestId = `req-${String((this.#count += 1))}`;
    this.calls.push(`${verb} ${url.pathname}`);
    const headers = new Headers(init.headers);
    try {
      const here = this.#routes.filter((one) => one.pattern.test(url.pathname));
      const route = here.find((one) => one.verb === verb);
      if (here.length === 0) throw refused("NOT_FOUND", Code.NOT_FOUND, "nothing here", { domain: "atrium.edge" });
      if (route === undefined) throw refused("METHOD_NOT_ALLOWED", 12, "other verbs", { status: 405 });
      if (this.demandsToken && !isPublic(route.method) && !headers.has("authorization"))
        throw refused("TOKEN_MISSING", Code.UNAUTHENTICATED, "this call needs a token", { domain: "atrium.edge" });
      const request = read(route, url, init.body as string | undefined);
      const handler = this.#handlers.get(String(route.method));
      if (handler === undefined) throw refused("UPSTREAM_UNAVAILABLE", Code.UNAVAILABLE, "not handled by this test");
      const received: Received = {
        headers,
        cookies: new Map(this.cookies),
        setCookie: (name, value) => void (value === "" ? this.cookies.delete(name) : this.cookies.set(name, value)),
        signal,
      };
      if (route.method.methodKind === "server_streaming")
        return await stream(
          route.method as DescMethodServerStreaming,
          (handler as Streaming)(request, received),
          requestId,
          signal,
        );
      const answer = create(
        route.method.output,
        (await (handler as Unary)(request, received)) as MessageInitShape<DescMessage>,
      );
      signal.throwIfAborted();
      return json(toJson(route.method.output, answer, { alwaysEmitImplicit: true }), 200, requestId);
    } catch (error) {
      if (error instanceof ApiError) return refusalOf(error, requestId);
      throw error;
    }
  }
}

/** What a handler throws to refuse a call. */
export function refused(
  reason: string,
  code: number,
  message = reason,
  more: Partial<Pick<ApiFailure, "domain" | "metadata" | "violations" | "retryAfterSeconds" | "status">> = {},
): ApiError {
  return new ApiError({ reason, code, message, status: HTTP_STATUS[code] ?? 500, domain: "atrium.test", ...more });
}

function routesOf(method: DescMethod): Route[] {
  if (!hasOption(method, http)) return [];
  const { verb, template, body } = httpRule(method);
  const variables: string[] = [];
  const source = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const field = /^\{([^=}]+)/.exec(part)?.[1];
      if (field === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      variables.push(field);
      return "([^/:]+)";
    })
    .join("");
  return [{ method, verb, pattern: new RegExp(`^${source}$`), variables, body }];
}

/** The request message: path over body over query, as the transcoder fills it. */
function read(
  { method, pattern, variables, body }: Route,
  url: URL,
  text: string | undefined,
): MessageShape<DescMessage> {
  const whole: JsonObject = {};
  if (body !== "") {
    const parsed = JSON.parse(text ?? "{}") as JsonObject;
    if (body === "*") Object.assign(whole, parsed);
    else put(whole, jsonPath(method.input, body), parsed);
  } else if (text !== undefined && text !== null) throw malformed("no body is taken");
  for (const [name, value] of url.searchParams) {
    if (body === "*") throw malformed(`unknown query parameter ${name}`);
    const path = name.split(".");
    const field = fieldAt(method.input, path);
    if (field === undefined) throw malformed(`unknown query parameter ${name}`);
    put(whole, path, (QUERY_VALUE[value] ?? (() => value))(value), field.fieldKind === "list");
  }
  const values = pattern.exec(url.pathname)?.slice(1) ?? [];
  variables.forEach((name, at) => put(whole, jsonPath(method.input, name), decodeURIComponent(values[at] ?? "")));
  try {
    return fromJson(method.input, whole);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function fieldAt(message: DescMessage, path: readonly string[]): DescField | undefined {
  let at: DescMessage | undefined = message;
  let field: DescField | undefined;
  for (const name of path) {
    field = at?.fields.find((one) => one.jsonName === name || one.name === name);
    at = field?.message;
  }
  return field;
}

function put(into: JsonObject, path: readonly string[], value: JsonValue, repeated = false): void {
  const [key = "", ...rest] = path;
  if (rest.length > 0) put((into[key] ??= {}) as JsonObject, rest, value, repeated);
  else if (repeated) ((into[key] ??= []) as JsonValue[]).push(value);
  else into[key] = value;
}

function malformed(message: string): ApiError {
  return refused("MALFORMED", Code.INVALID_ARGUMENT, `The request cannot be read. ${message}`, {
    domain: "atrium.edge",
  });
}

function json(body: JsonValue, status: number, requestId: string, more: Record<string, string> = {}): Response {
  const headers = { "content-type": "application/json", "x-request-id": requestId, ...more };
  return new Response(JSON.stringify(body), { status, headers });
}

function refusalOf(error: ApiError, requestId: string): Response {
  const details: JsonObject[] = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: error.reason,
      domain: error.domain,
      metadata: { ...error.metadata },
    },
  ];
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map(({ field, rule, description }) => ({
      field,
      description,
      reason: rule,
    }));
    details.push({ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations });
  }
  const more: Record<string, string> =
    error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) };
  return json({ code: error.code, message: error.message, details }, error.status, requestId, more);
}

/** Server-sent events, as the transcoder frames them. A handler that throws after its first message just ends. */
async function stream(
  method: DescMethodServerStreaming,
  messages: AsyncIterable<unknown>,
  requestId: string,
  signal: AbortSignal,
): Promise<Response> {
  const iterator = messages[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const frame = (message: unknown): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify(toJson(method.output, create(method.output, message as MessageInitShape<DescMessage>), { alwaysEmitImplicit: true }))}\n\n`,
    );
  const first = await iterator.next();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (first.done) return controller.close();
      controller.enqueue(frame(first.value));
      signal.addEventListener("abort", () => {
        controller.error(signal.reason);
        void iterator.return?.();
      });
    },
    pull: async (controller) => {
      try {
        const next = await iterator.next();
        if (signal.aborted) return;
        if (next.done) controller.close();
        else controller.enqueue(frame(next.value));
      } catch {
        controller.close();
      }
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
  const headers = { "content-type": "text/event-stream", "x-request-id": requestId };
  return new Response(body, { status: 200, headers });
}
