import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Meter } from "@/api/gen/atrium/billing/v1/usage_pb";
import { UsageService } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import type { Format } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { useListMetersQuery } from "./api";

export interface Meters {
  /** All there are; empty until they have come. */
  all: readonly Meter[];
  /** What people call a meter; its id in words until the names are there. */
  name: (id: string) => string;
  /** A quantity as people read it: bytes in larger units, others as numbers. */
  quantity: (id: string, quantity: bigint) => string;
  /** Whether it is read in units of bytes. */
  inBytes: (id: string) => boolean;
  /** What one of it is called, such as `call`; empty when it is not known. */
  unit: (id: string) => string;
}

/** What is counted, and how to say it. */
export function useMeters(): Meters {
  const can = useCan();
  const format = useFormat();
  const own = useOwnWords();
  const { data } = useListMetersQuery({}, { skip: !can(UsageService.method.listMeters) });
  return useMemo(() => metersOf(data?.meters ?? [], format, own), [data, format, own]);
}

/** What the platform's own meters are called before anybody has named them otherwise. */
const OWN: Readonly<Record<string, { name: string; unit: string }>> = {
  api_calls: { name: "API calls", unit: "call" },
  models: { name: "Models", unit: "model" },
  reports: { name: "Reports", unit: "report" },
  storage_bytes: { name: "Storage", unit: "byte" },
  tickets: { name: "Tickets", unit: "ticket" },
  users: { name: "Users", unit: "user" },
};

/** Says the platform's own meters in the person's language, as long as nobody has named them otherwise. */
export function useOwnWords(): (meter: Meter) => Meter {
  const { t } = useTranslation("usage");
  return useCallback(
    (meter) => {
      const own = meter.builtIn ? OWN[meter.id] : undefined;
      if (own === undefined) return meter;
      const words = t as unknown as (key: string) => string;
      return {
        ...meter,
        displayName: meter.displayName === own.name ? words(`own.${meter.id}`) : meter.displayName,
        // Bytes are told by their unit.
        unit: meter.unit === own.unit && own.unit !== "byte" ? words(`ownUnit.${own.unit}`) : meter.unit,
      };
    },
    [t],
  );
}

export function metersOf(given: readonly Meter[], format: Format, own: (meter: Meter) => Meter = (one) => one): Meters {
  const all = given.map(own);
  const known = new Map(all.map((meter) => [meter.id, meter]));
  const inBytes = (id: string): boolean => (known.get(id)?.unit ?? (id.endsWith("_bytes") ? "byte" : "")) === "byte";
  return {
    all,
    name: (id) => known.get(id)?.displayName ?? inWords(id),
    quantity: (id, quantity) => (inBytes(id) ? format.bytes(quantity) : format.number(quantity)),
    inBytes,
    unit: (id) => known.get(id)?.unit ?? (id.endsWith("_bytes") ? "byte" : ""),
  };
}

/** `api_calls` → `Api calls`. */
function inWords(id: string): string {
  const words = id.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
