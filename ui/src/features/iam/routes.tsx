import type { Module } from "@/routing/module";
import { page } from "@/routing/page";
import { segments } from "@/routing/paths";

const login = { path: segments.login, lazy: page(async () => (await import("./login/LoginPage")).LoginPage) };
const me = { index: true, lazy: page(async () => (await import("./me/MePage")).MePage) };

export const module: Module = {
  platform: [me],
  tenant: [me],
  visitor: [login],
  open: [],
  nav: { platform: [], tenant: [] },
};
