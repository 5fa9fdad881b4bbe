/** A typed client for every service of the contract, made at run time from its descriptor. */
import {
  fromJson,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  type JsonValue,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";

import { isPublic } from "./access";
import { ApiError, ClientReason, Code, refusal } from "./errors";
import { toHttpRequest } from "./http";
import { fetchTransport, type Transport } from "./transport";

export interface CallOptions {
  /** Aborting it fails the call with the reason CLIENT_CANCELLED. */
  signal?: AbortSignal | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Lets the call reach the platform even when the page is left meanwhile. */
  keepalive?: boolean | undefined;
  /** Makes repeats of the same creation safe; see `idempotency.ts`. */
  idempotencyKey?: string | undefined;
}

export type Client<S extends DescService> = {
  [K in keyof S["method"]]: S["method"][K] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageInitShape<I>, options?: CallOptions) => Promise<MessageShape<O>>
    : S["method"][K] extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageInitShape<I>, options?: CallOptions) => AsyncGenerator<MessageShape<O>>
      : never;
};

type Init = MessageInitShape<DescMessage>;

/** One function for each method. Every one of them fails with ApiError and nothing else. */
export function createClient<S extends DescService>(service: S, transport: Transport = fetchTransport): Client<S> {
  const client: Record<string, unknown> = {};
  for (const method of service.methods) {
    if (method.methodKind === "unary") {
      client[method.localName] = (request: Init, options?: CallOptions) =>
        callUnary(transport, method as DescMethodUnary, request, options);
    } else if (method.methodKind === "server_streaming") {
      client[method.localName] = (request: Init, options?: CallOptions) =>
        callStream(transport, method as DescMethodServerStreaming, request, options);
    }
  }
  return client as Client<S>;
}

export async function callUnary<I extends DescMessage, O extends DescMessage>(
  transport: Transport,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  options?: CallOptions,
): Promise<MessageShape<O>> {
  const response = await send(transport, method, request, "application/json", options);
  try {
    return fromJson(method.output, (await response.json()) as JsonValue, { ignoreUnknownFields: true });
  } catch (error) {
    throw unanswered(error, options?.signal, response);
  }
}

/**
 * The messages of a server stream. The connection ends when the loop over them is left or `signal` is aborted.
 * That the platform ended the stream early cannot be told from its end: see `events.ts`.
 */
export async function* callStream<I extends DescMessage, O extends DescMessage>(
  transport: Transport,
  method: DescMethodServerStreaming<I, O>,
  request: MessageInitShape<I>,
  options?: CallOptions,
): AsyncGenerator<MessageShape<O>> {
  const response = await send(transport, method, request, "text/event-stream", options);
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const data = line.startsWith("data:") ? line.slice(5).trim() : "";
        if (data !== "") yield fromJson(method.output, JSON.parse(data) as JsonValue, { ignoreUnknownFields: true });
      }
    }
  } catch (error) {
    throw unanswered(error, options?.signal, response);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The successful answer to a call, its body unread. Fails with ApiError. */
export async function send<I extends DescMessage>(
  transport: Transport,
  method: DescMethod & { input: I },
  request: MessageInitShape<I>,
  accept: string,
  options: CallOptions = {},
): Promise<Response> {
  const { verb, url, body } = toHttpRequest(method, request);
  const headers = new Headers(options.headers);
  headers.set("accept", accept);
  if (body !== undefined) headers.set("content-type", "application/json");
  if (options.idempotencyKey !== undefined) headers.set("idempotency-key", options.idempotencyKey);
  let response: Response;
  try {
    response = await transport({
      isPublic: isPublic(method),
      url,
      init: {
        method: verb,
        headers,
        body: body ?? null,
        signal: options.signal ?? null,
        keepalive: options.keepalive ?? false,
        // The refresh cookie is for the paths it is scoped to; nothing else of the browser's goes along.
        credentials: "same-origin",
        cache: "no-store",
      },
    });
  } catch (error) {
    throw unanswered(error, options.signal);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

function unanswered(error: unknown, signal: AbortSignal | null | undefined, response?: Response): ApiError {
  if (error instanceof ApiError) return error;
  if (signal?.aborted)
    return new ApiError({ reason: ClientReason.CANCELLED, message: "cancelled", code: Code.CANCELLED });
  const message = error instanceof Error ? error.message : String(error);
  // A body that does not parse is an answer of something else; a body that breaks off is a lost connection.
  const unreadable = response !== undefined && !(error instanceof TypeError);
  return new ApiError({
    reason: unreadable ? ClientReason.UNREADABLE : ClientReason.OFFLINE,
    message,
    code: Code.UNAVAILABLE,
    status: response?.status ?? 0,
    requestId: response?.headers.get("x-request-id") ?? "",
  });
}
