import type { Module } from "@/routing/module";
import { page } from "@/routing/page";
import { paths, segments } from "@/routing/paths";

export const module: Module = {
  visitor: [
    { path: segments.login, lazy: page(async () => (await import("./login/LoginPage")).LoginPage) },
    {
      path: segments.forgotPassword,
      lazy: page(async () => (await import("./login/ForgotPasswordPage")).ForgotPasswordPage),
    },
    {
      path: segments.resetPassword,
      lazy: page(async () => (await import("./login/ResetPasswordPage")).ResetPasswordPage),
    },
    {
      path: segments.acceptInvitation,
      lazy: page(async () => (await import("./login/AcceptInvitationPage")).AcceptInvitationPage),
    },
  ],
  open: [{ path: paths.setup, lazy: page(async () => (await import("./setup/SetupPage")).SetupPage) }],
};
