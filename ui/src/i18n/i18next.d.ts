import type { Namespaces } from "./namespaces";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    resources: Namespaces;
    returnNull: false;
  }
}
