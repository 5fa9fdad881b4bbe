// @vitest-environment node
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, expect, test } from "vitest";

import { ClientReason } from "./errors";
import { AuditLogService } from "./gen/atrium/iam/v1/audit_log_service_pb";
import { UserService } from "./gen/atrium/iam/v1/user_service_pb";
import { createClient } from "./rest";
import type { Transport } from "./transport";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Sends calls to a real server. */
async function serve(answer: RequestListener): Promise<Transport> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return (call) => fetch(`http://127.0.0.1:${String(port)}${call.url}`, call.init);
}

test("an answer becomes a message; unknown fields of a newer platform are ignored", async () => {
  const transport = await serve((request, response) => {
    expect([request.method, request.url, request.headers.accept]).toEqual([
      "GET",
      "/api/v1/users/usr_1",
      "application/json",
    ]);
    response.end(JSON.stringify({ id: "usr_1", email: "ada@example.com", status: "STATUS_ACTIVE", brandNew: 1 }));
  });
  const user = await createClient(UserService, transport).getUser({ id: "usr_1" });
  expect(user).toMatchObject({ $typeName: "atrium.iam.v1.User", id: "usr_1", email: "ada@example.com", status: 2 });
});

test("a refusal carries its reason, metadata, fields, request id and time to wait", async () => {
  const transport = await serve((_, response) => {
    response.writeHead(429, { "content-type": "application/json", "x-request-id": "req-7", "retry-after": "12" });
    response.end(
      JSON.stringify({
        code: 8,
        message: "too many",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "LOCKED_OUT",
            domain: "atrium.iam",
            metadata: { retry_after_seconds: "12" },
          },
          {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            fieldViolations: [{ field: "user.display_name", description: "is needed", reason: "string.min_len" }],
          },
        ],
      }),
    );
  });
  const failure = createClient(UserService, transport).createUser({ email: "x" });
  await expect(failure).rejects.toMatchObject({
    status: 429,
    code: 8,
    reason: "LOCKED_OUT",
    domain: "atrium.iam",
    metadata: { retry_after_seconds: "12" },
    violations: [{ field: "user.displayName", rule: "string.min_len", description: "is needed" }],
    requestId: "req-7",
    retryAfterSeconds: 12,
    message: "too many",
  });
});

test("something that is not the platform's answer is unreadable, no answer is offline", async () => {
  const transport = await serve((request, response) => {
    if (request.url?.endsWith("/broken")) request.socket.destroy();
    else if (request.url?.endsWith("/ok")) response.end("<html>");
    else response.writeHead(502).end("<html>bad gateway");
  });
  const { getUser } = createClient(UserService, transport);
  await expect(getUser({ id: "502" })).rejects.toMatchObject({ reason: ClientReason.UNREADABLE, status: 502 });
  await expect(getUser({ id: "ok" })).rejects.toMatchObject({ reason: ClientReason.UNREADABLE });
  await expect(getUser({ id: "broken" })).rejects.toMatchObject({ reason: ClientReason.OFFLINE, status: 0 });
});

test("an aborted call is cancelled, not failed", async () => {
  const transport = await serve(() => undefined);
  const abort = new AbortController();
  const call = createClient(UserService, transport).getUser({ id: "1" }, { signal: abort.signal });
  setTimeout(() => abort.abort(), 20);
  await expect(call).rejects.toMatchObject({ reason: ClientReason.CANCELLED, cancelled: true });
});

test("a creation is sent with its key", async () => {
  let key: unknown;
  const transport = await serve((request, response) => {
    key = request.headers["idempotency-key"];
    response.end("{}");
  });
  await createClient(UserService, transport).createUser({ email: "a@b.example" }, { idempotencyKey: "k1" });
  expect(key).toBe("k1");
});

test("a stream yields messages as they come, however they are cut into packets, and leaving it closes the connection", async () => {
  let closed: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (closed = resolve));
  const transport = await serve((request, response) => {
    request.on("close", closed);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const text = 'data: {"heartbeat":true}\n\n: a comment\ndata: {"auditLog":{"id":"aud_1","action":"é"}}\n\n';
    const bytes = Buffer.from(text);
    response.write(bytes.subarray(0, 9));
    setTimeout(() => response.write(bytes.subarray(9, bytes.indexOf(0xc3) + 1)), 10);
    setTimeout(() => response.write(bytes.subarray(bytes.indexOf(0xc3) + 1)), 20);
  });
  const cases = [];
  for await (const { item } of createClient(AuditLogService, transport).watchAuditLogs({})) {
    cases.push(item.case === "auditLog" ? item.value.action : item.case);
    if (item.case === "auditLog") break;
  }
  expect(cases).toEqual(["heartbeat", "é"]);
  await gone;
});
