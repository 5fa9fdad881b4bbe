import { module as billing } from "@/features/billing/routes";
import { module as iam } from "@/features/iam/routes";
import { module as tenants } from "@/features/tenants/routes";
import type { Module } from "@/routing/module";

/** The modules whose pages there are, in the order in which routes are tried. */
export const modules: Module[] = [iam, tenants, billing];
