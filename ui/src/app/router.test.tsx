import { create } from "@bufbuild/protobuf";
import { screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { matchRoutes, Navigate } from "react-router";
import { expect, test, vi } from "vitest";

import { permissionOf } from "@/api/access";
import { ApiError } from "@/api/errors";
import { MeSchema, SessionService } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { areaPath, paths, segments } from "@/routing/paths";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

import { Area } from "./Area";
import { areaRoutes } from "./areaRoutes";
import { ErrorPage } from "./ErrorPage";
import { places } from "./places";
import { Root } from "./Root";
import { Shell } from "./shell/Shell";

type ServiceFile = Record<string, { kind?: string; methods?: readonly Parameters<typeof permissionOf>[0][] }>;
const files = import.meta.glob<ServiceFile>("../api/gen/atrium/*/v1/*_service_pb.ts", { eager: true });
const permissions = new Set(
  Object.values(files)
    .flatMap((file) => Object.values(file))
    .flatMap((one) => (one.kind === "service" ? (one.methods ?? []) : []))
    .map(permissionOf),
);

test("navigation asks for permissions that the contract knows, and leads to pages", () => {
  expect(permissions.has("users.read")).toBe(true);
  for (const { nav } of places)
    for (const [kind, realm, entries] of [
      ["platform", "platform", nav.platform],
      ["tenant", "acme", nav.tenant],
    ] as const)
      for (const entry of entries) {
        if (entry.permission !== undefined) expect(permissions.has(entry.permission), entry.permission).toBe(true);
        const pages = [{ path: paths.area(realm), children: areaRoutes(kind) }];
        expect(matchRoutes(pages, entry.to(realm)), entry.to(realm)).not.toBeNull();
      }
});

test("addresses outside, and areas without a page, are not found", async () => {
  await renderApp({ edge: new TestEdge(), address: "/nothing/here" });
  expect(await screen.findByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
});

test("words of addresses do not clash", () => {
  expect(new Set(Object.values(segments)).size).toBe(Object.keys(segments).length);
  expect([paths.area("platform"), areaPath("acme")]).toEqual(["/master-admin", "/t/acme"]);
});

test("an address that leads on by itself takes nobody out of the menu they have opened", async () => {
  const page = Promise.withResolvers<{ element: ReactNode }>();
  const shown = [
    {
      path: "/master-admin",
      Component: Area,
      children: [
        {
          Component: Shell,
          children: [
            { index: true, element: <Navigate replace to="/master-admin/account" /> },
            { path: "account", lazy: () => page.promise },
          ],
        },
      ],
    },
  ];
  const me = create(MeSchema, { user: { id: "usr_1", displayName: "Ada" } });
  const edge = new TestEdge(SessionService);
  const { user } = await renderApp({
    edge,
    address: "/master-admin",
    me,
    routes: [{ Component: Root, children: shown }],
  });
  await user.click(await screen.findByRole("button", { name: "Account of Ada" }));
  expect(await screen.findByRole("menuitem", { name: "Sign out" })).toBeVisible();
  page.resolve({ element: <p>Here</p> });
  expect(await screen.findByText("Here")).toBeVisible();
  expect(screen.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
});

test("when it is not known who is there, the reason is said and asking again helps", async () => {
  const edge = new TestEdge(SessionService);
  const me = create(MeSchema, { user: { id: "usr_1", displayName: "Ada" } });
  const { user } = await renderApp({ edge, address: "/master-admin", me });
  edge.on(SessionService.method.logout, () => {
    throw refused("DEPENDENCY_UNAVAILABLE", 14);
  });
  await user.click(await screen.findByRole("button", { name: "Account of Ada" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  // The page may say the same of itself.
  const reason = await screen.findByText(/^A part of the platform does not answer/);
  expect(reason.closest('[role="alert"]')).toBeVisible();
});

test.each([
  [new ApiError({ reason: "INTERNAL", status: 500, message: "", requestId: "req-9" }), /our side.*req-9/s],
  [new ApiError({ reason: "NOT_FOUND", status: 404, message: "", requestId: "req-9" }), /does not exist[^9]*$/],
  [new TypeError("Failed to fetch dynamically imported module: /assets/x.js"), /new version/],
  [new Error("a bug"), /unexpected/],
])("a page that fails with %s says what there is to say", async (error, text) => {
  vi.spyOn(console, "error").mockReturnValue();
  const Broken = (): never => {
    throw error;
  };
  const shown = [{ Component: Root, ErrorBoundary: ErrorPage, children: [{ path: "/", Component: Broken }] }];
  await renderApp({ edge: new TestEdge(), address: "/", routes: shown });
  expect(await screen.findByRole(/new version/.test(String(text)) ? "status" : "alert")).toHaveTextContent(text);
});
