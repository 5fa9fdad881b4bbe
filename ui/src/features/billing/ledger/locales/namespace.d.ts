import type en from "./en.json";

declare module "@/i18n/namespaces" {
  interface Namespaces {
    ledger: typeof en;
  }
}
