import type en from "./en.json";

declare module "@/i18n/namespaces" {
  interface Namespaces {
    billingMetrics: typeof en;
  }
}
