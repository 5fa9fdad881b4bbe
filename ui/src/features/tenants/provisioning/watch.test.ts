import { expect, test } from "vitest";

import {
  Provisioning_State,
  ProvisioningService,
  type Provisioning,
} from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { refused, TestEdge } from "@/testing/edge";

import { watchProvisioning, type Line } from "./watch";

const { getProvisioning, watchProvisioning: watchMethod } = ProvisioningService.method;
const [RUNNING, SUCCEEDED] = [Provisioning_State.RUNNING, Provisioning_State.SUCCEEDED];
const FAST = { pollMs: 5, backoffMs: 5 };

const at = (state: Provisioning_State, attempt = 1) => ({ tenantId: "ten_1", state, attempt });
const item = (state: Provisioning_State, attempt = 1) => ({
  item: { case: "provisioning", value: at(state, attempt) } as const,
});

function listener() {
  const seen: number[] = [];
  const lines: Line[] = [];
  const signal = new AbortController();
  return {
    seen,
    lines,
    stop: () => signal.abort(),
    options: {
      ...FAST,
      signal: signal.signal,
      onChange: ({ state }: Provisioning) => void seen.push(state),
      onLine: (line: Line) => void (lines.at(-1) !== line && lines.push(line)),
    },
  };
}

test("every change is told until the provisioning has ended", async () => {
  const edge = new TestEdge().onStream(watchMethod, async function* () {
    yield item(RUNNING);
    yield { item: { case: "heartbeat", value: true } } as const;
    yield item(SUCCEEDED);
    yield { item: { case: "end", value: true } } as const;
  });
  const { seen, lines, options } = listener();
  await watchProvisioning(edge.transport, "ten_1", { ...options, pollMs: 60_000 });
  expect([seen, lines]).toEqual([[RUNNING, SUCCEEDED], ["stream"]]);
});

test("a stream that is cut off is opened again", async () => {
  let opened = 0;
  const edge = new TestEdge()
    .onStream(watchMethod, async function* () {
      opened += 1;
      yield item(opened === 1 ? RUNNING : SUCCEEDED);
    })
    .on(getProvisioning, () => at(RUNNING));
  const { seen, options } = listener();
  await watchProvisioning(edge.transport, "ten_1", options);
  expect(opened).toBe(2);
  expect(seen.at(0)).toBe(RUNNING);
  expect(seen.at(-1)).toBe(SUCCEEDED);
});

test("where streams do not get through the platform is asked", async () => {
  let asked = 0;
  const edge = new TestEdge()
    .onStream(watchMethod, () => {
      throw refused("UPSTREAM_UNAVAILABLE", 14);
    })
    .on(getProvisioning, () => at((asked += 1) < 3 ? RUNNING : SUCCEEDED));
  const { seen, lines, options } = listener();
  await watchProvisioning(edge.transport, "ten_1", options);
  expect([seen, lines]).toEqual([[RUNNING, RUNNING, SUCCEEDED], ["polling"]]);
});

test("a refusal ends it", async () => {
  const edge = new TestEdge().onStream(watchMethod, () => {
    throw refused("NOT_FOUND", 5);
  });
  await expect(watchProvisioning(edge.transport, "ten_1", listener().options)).rejects.toMatchObject({
    reason: "NOT_FOUND",
  });
});

test("who goes away hears no more, and nothing is asked any more", async () => {
  const { seen, stop, options } = listener();
  const edge = new TestEdge().onStream(watchMethod, async function* () {
    yield item(RUNNING);
    stop();
    yield item(SUCCEEDED);
  });
  await watchProvisioning(edge.transport, "ten_1", options);
  const calls = edge.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([seen.includes(SUCCEEDED), edge.calls.length]).toEqual([false, calls]);
});
