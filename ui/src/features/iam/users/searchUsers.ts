import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { createClient } from "@/api/rest";
import { PLATFORM } from "@/api/session";
import type { Find } from "@/routing/module";
import { paths } from "@/routing/paths";

/** The first few people whose names or e-mails begin with what was typed. */
export const searchUsers: Find = async (query, { transport, realm, tenantId, signal }) => {
  const users = createClient(UserService, transport);
  const { users: found } = await users.listUsers({ query, tenantId, pageSize: 6 }, { signal });
  return found.map(({ id, displayName, email }) => ({
    id,
    name: displayName,
    detail: email,
    to: paths.to(realm, realm === PLATFORM ? "user" : "person", { id }),
  }));
};
