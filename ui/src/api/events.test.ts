import { expect, test } from "vitest";

import { refused, TestEdge } from "@/testing/edge";

import { Code } from "./errors";
import { follow } from "./events";
import { AuditLogService } from "./gen/atrium/iam/v1/audit_log_service_pb";
import { ProvisioningService } from "./gen/atrium/tenants/v1/provisioning_service_pb";

const watch = AuditLogService.method.watchAuditLogs;
const entry = (id: string) => ({ item: { case: "auditLog" as const, value: { id } } });
const heartbeat = { item: { case: "heartbeat" as const, value: true } };
const end = { item: { case: "end" as const, value: true } };

test("a stream that is cut off is opened again, and heartbeats are not shown", async () => {
  let opened = 0;
  const edge = new TestEdge().onStream(watch, async function* () {
    opened += 1;
    yield heartbeat;
    yield entry(`aud_${String(opened)}`);
    if (opened === 2) yield end;
  });
  const abort = new AbortController();
  const connected: boolean[] = [];
  const seen: string[] = [];
  const options = { signal: abort.signal, backoffMs: 1, onConnected: (now: boolean) => connected.push(now) };
  for await (const item of follow(edge.transport, watch, () => ({}), options)) {
    seen.push(item.value.id);
    if (seen.length === 3) abort.abort();
  }
  expect(seen).toEqual(["aud_1", "aud_2", "aud_3"]);
  expect(connected).toEqual([true, false, true, false, true]);
});

test("where what is watched is over, the end is the end", async () => {
  const method = ProvisioningService.method.watchProvisioning;
  const edge = new TestEdge().onStream(method, async function* () {
    yield { item: { case: "provisioning" as const, value: {} } };
    yield end;
  });
  const signal = new AbortController().signal;
  let seen = 0;
  for await (const _ of follow(edge.transport, method, () => ({ tenantId: "ten_1" }), { signal, end: "stop" }))
    seen += 1;
  expect([seen, edge.calls.length]).toEqual([1, 1]);
});

test("a refusal for good is told, a passing one waited out", async () => {
  let tries = 0;
  const edge = new TestEdge().onStream(watch, async function* () {
    tries += 1;
    if (tries < 3) throw refused("DEPENDENCY_UNAVAILABLE", Code.UNAVAILABLE);
    if (tries < 9) throw refused("PERMISSION_MISSING", 7, "no", { metadata: { permission: "audit.read" } });
    yield heartbeat;
  });
  const signal = new AbortController().signal;
  const all = async (): Promise<void> => {
    for await (const _ of follow(edge.transport, watch, () => ({}), { signal, backoffMs: 1 }));
  };
  await expect(all()).rejects.toMatchObject({ reason: "PERMISSION_MISSING" });
  expect(tries).toBe(3);
});

test("a silent stream counts as cut off, and the next one may resume after what came last", async () => {
  const resumed: (string | undefined)[] = [];
  const edge = new TestEdge().onStream(watch, async function* (_, { signal }) {
    yield entry("aud_1");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const abort = new AbortController();
  const request = (last: { value: { id: string } } | undefined) => {
    resumed.push(last?.value.id);
    return {};
  };
  let seen = 0;
  for await (const _ of follow(edge.transport, watch, request, { signal: abort.signal, backoffMs: 1, silenceMs: 20 }))
    if ((seen += 1) === 2) abort.abort();
  expect(resumed).toEqual([undefined, "aud_1"]);
});
