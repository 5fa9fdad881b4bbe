import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";

import { AuditLogService, ListAuditLogsRequest_Outcome } from "./gen/atrium/iam/v1/audit_log_service_pb";
import { SessionService } from "./gen/atrium/iam/v1/session_service_pb";
import { User_Status } from "./gen/atrium/iam/v1/user_pb";
import { ListUsersRequestSchema, UserService } from "./gen/atrium/iam/v1/user_service_pb";
import { httpRule, toHttpRequest } from "./http";

test("path variables are taken out of the body and encoded", () => {
  const { verb, url, body } = toHttpRequest(UserService.method.suspendUser, { id: "a/b c", reason: "left" });
  expect([verb, url, JSON.parse(body ?? "")]).toEqual(["POST", "/api/v1/users/a%2Fb%20c/suspend", { reason: "left" }]);
});

test("a missing path variable is refused before anything is sent", () => {
  expect(() => toHttpRequest(UserService.method.getUser, {})).toThrow(/needs id/);
});

test("fields of a GET become query parameters, lists one for each value", () => {
  const request = create(ListUsersRequestSchema, { pageSize: 20, query: "a&b" });
  expect(toHttpRequest(UserService.method.listUsers, request).url).toBe("/api/v1/users?pageSize=20&query=a%26b");
  const statuses = toHttpRequest(UserService.method.listUsers, { status: User_Status.ACTIVE } as object);
  expect(statuses.body).toBeUndefined();
});

test("enums and times are sent as JSON writes them", () => {
  const { url } = toHttpRequest(AuditLogService.method.listAuditLogs, {
    outcome: ListAuditLogsRequest_Outcome.UNSPECIFIED,
    startTime: timestampFromDate(new Date(Date.UTC(2026, 0, 2))),
  });
  expect(url).toBe("/api/v1/audit-logs?startTime=2026-01-02T00%3A00%3A00Z");
});

test("a method that is not in REST has no route", () => {
  expect(() => httpRule(SessionService.method.impersonate)).toThrow(/not offered in REST/);
});
