/** The list of tenants as a file: what the filters leave, all pages of it. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";

import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import type { ListTenantsRequestSchema, TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { pages } from "@/api/paging";
import type { Client } from "@/api/rest";
import type { Column } from "@/design/DataTable/columns";
import { toCsv } from "@/design/DataTable/csv";

import { isolationWord, paymentWord, stateWord } from "./words";

/** The largest page there is. */
const PAGE_SIZE = 500;

/** Words of the contract rather than of a language, so that the file means the same to every program. */
const COLUMNS: Column<Tenant>[] = (
  [
    ["id", ({ id }) => id],
    ["display_name", ({ displayName }) => displayName],
    ["slug", ({ slug }) => slug],
    ["state", ({ state }) => stateWord(state) ?? ""],
    ["state_reason", ({ stateReason }) => stateReason],
    ["plan", ({ plan }) => plan],
    ["tier", ({ tier }) => tier],
    ["isolation", ({ isolation }) => isolationWord(isolation)],
    ["health_score", ({ healthScore }) => String(healthScore)],
    ["payment_status", ({ paymentStatus }) => (paymentWord(paymentStatus) === "pastDue" ? "past_due" : "current")],
    ["user_count", ({ userCount }) => userCount.toString()],
    ["admin_email", ({ adminEmail }) => adminEmail],
    ["create_time", ({ createTime }) => iso(createTime)],
    ["delete_time", ({ deleteTime }) => iso(deleteTime)],
    ["purge_time", ({ purgeTime }) => iso(purgeTime)],
  ] satisfies [string, (tenant: Tenant) => string][]
).map(([id, text]) => ({ id, header: id, text, cell: text }));

interface Options {
  signal: AbortSignal;
  /** Told how many tenants have come so far. */
  onProgress: (tenants: number) => void;
}

/** Fails with ApiError; nothing is kept of a file that was not finished. */
export async function tenantsCsv(
  client: Pick<Client<typeof TenantService>, "listTenants">,
  request: MessageInitShape<typeof ListTenantsRequestSchema>,
  { signal, onProgress }: Options,
): Promise<Blob> {
  const all: Tenant[] = [];
  const list = pages((page: typeof request & { pageToken: string }) => client.listTenants(page, { signal }), {
    ...request,
    pageSize: PAGE_SIZE,
  });
  for await (const { tenants } of list) {
    all.push(...tenants);
    onProgress(all.length);
  }
  return toCsv(COLUMNS, all);
}

function iso(moment: Timestamp | undefined): string {
  return moment === undefined ? "" : timestampDate(moment).toISOString();
}
