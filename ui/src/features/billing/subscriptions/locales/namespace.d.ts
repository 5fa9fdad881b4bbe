import type en from "./en.json";

declare module "@/i18n/namespaces" {
  interface Namespaces {
    subscriptions: typeof en;
  }
}
