import type { Module } from "@/routing/module";
import { page } from "@/routing/page";
import { paths } from "@/routing/paths";

export const module: Module = {
  visitor: [],
  open: [
    { path: paths.signUp, lazy: page(async () => (await import("./signup/SignUpPage")).SignUpPage) },
    {
      path: paths.confirmSignUp,
      lazy: page(async () => (await import("./signup/ConfirmSignUpPage")).ConfirmSignUpPage),
    },
  ],
};
