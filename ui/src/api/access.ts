/** Who may call a method, as its contract says: nothing about permissions is typed a second time. */
import { getOption, type DescMethod } from "@bufbuild/protobuf";

import { access } from "./gen/atrium/options/v1/options_pb";

/** The permission a method needs; undefined for methods that ask for none. */
export function permissionOf(method: DescMethod): string | undefined {
  const { rule } = getOption(method, access);
  return rule.case === "permission" ? rule.value : undefined;
}

/** Whether the method opens, without the permission, to the people of the tenant it is about. */
export function opensToOwnTenant(method: DescMethod): boolean {
  return getOption(method, access).ownTenant;
}

/** The feature of a plan that the method is part of; empty for those that every plan includes. */
export function featureOf(method: DescMethod): string {
  return getOption(method, access).feature;
}

/** Whether anyone may call the method, and a token makes no difference to what it answers. */
export function isPublic(method: DescMethod): boolean {
  const { rule, widenedBy } = getOption(method, access);
  return rule.case === "public" && widenedBy === "";
}
