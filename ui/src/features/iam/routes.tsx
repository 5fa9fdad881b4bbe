import type { Module } from "@/routing/module";
import { segments } from "@/routing/paths";

const login = { path: segments.login, lazy: { Component: async () => (await import("./login/LoginPage")).LoginPage } };
const me = { index: true, lazy: { Component: async () => (await import("./me/MePage")).MePage } };

export const module: Module = {
  platform: [me],
  tenant: [me],
  visitor: [login],
  open: [],
  nav: { platform: [], tenant: [] },
};
