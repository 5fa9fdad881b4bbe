import type { Module } from "@/routing/module";
import { page } from "@/routing/page";
import { paths } from "@/routing/paths";

export const module: Module = {
  visitor: [],
  open: [
    {
      path: paths.payerReturn,
      lazy: page(async () => (await import("./payments/PayerReturnPage")).PayerReturnPage),
    },
    {
      path: paths.sandboxConfirm,
      lazy: page(async () => (await import("./payments/SandboxConfirmPage")).SandboxConfirmPage),
    },
  ],
};
