import { ApiError } from "@/api/errors";
import { follow } from "@/api/events";
import {
  Provisioning_State,
  ProvisioningService,
  type Provisioning,
} from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { createClient } from "@/api/rest";
import type { Transport } from "@/api/transport";

/** How what is shown is kept: by the platform telling, or by asking again and again while it cannot be heard. */
export type Line = "stream" | "polling";

interface WatchOptions {
  signal: AbortSignal;
  onChange: (provisioning: Provisioning) => void;
  onLine?: (line: Line) => void;
  /** How often it is asked while the stream is cut off. Default: 2 s. */
  pollMs?: number;
  /** First wait before the stream is opened again. Default: that of `follow`. */
  backoffMs?: number;
}

/**
 * Tells every change of a tenant's provisioning until it has ended or `signal` is aborted. The stream is opened again
 * when it is cut off, and starts with what is true then; meanwhile, and where streams do not get through at all, the
 * platform is asked. Fails with ApiError when it refuses.
 */
export async function watchProvisioning(
  transport: Transport,
  tenantId: string,
  { signal, onChange, onLine, pollMs = 2000, backoffMs = 500 }: WatchOptions,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const told = (provisioning: Provisioning): void => {
    if (either.aborted) return;
    onChange(provisioning);
    if (provisioning.state !== Provisioning_State.RUNNING) over.abort();
  };
  let streaming = false;
  let refusal: unknown;
  const client = createClient(ProvisioningService, transport);
  const poll = async (): Promise<void> => {
    if (streaming || either.aborted) return;
    onLine?.("polling");
    try {
      const answer = await client.getProvisioning({ tenantId }, { signal: either });
      // The stream has said something newer meanwhile.
      if (!streaming) told(answer);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Not reached: the next try is on its way. Refused: there is nothing more to hear.
      if (error.status >= 400 && error.status < 500 && error.status !== 429) {
        refusal = error;
        over.abort();
      }
    }
  };
  const timer = setInterval(() => void poll(), pollMs);
  try {
    const changes = follow(transport, ProvisioningService.method.watchProvisioning, () => ({ tenantId }), {
      signal: either,
      backoffMs,
      onConnected: (connected) => {
        streaming = connected;
        if (connected) onLine?.("stream");
      },
    });
    for await (const change of changes) told(change.value);
  } finally {
    clearInterval(timer);
    over.abort();
  }
  if (refusal !== undefined) throw refusal;
}
