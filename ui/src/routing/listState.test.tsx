import { act, render } from "@testing-library/react";
import { useEffect, type ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, test } from "vitest";

import { oneOf, someOf, text, useListState, whole, type ListState, type ValuesOf } from "./listState";
import { paths, realmOf, safeNext } from "./paths";

const params = {
  query: text(),
  status: someOf(["active", "invited"]),
  order: oneOf(["name", "created"], "name"),
  pageSize: whole(50),
};

function at(address: string) {
  const seen: ListState<ValuesOf<typeof params>>[] = [];
  function List(): ReactNode {
    const list = useListState(params);
    useEffect(() => {
      seen.push(list);
    });
    return null;
  }
  const router = createMemoryRouter([{ path: "/list", element: <List /> }], { initialEntries: [address] });
  render(<RouterProvider router={router} />);
  return {
    state: () => seen.at(-1) ?? expect.fail("not shown"),
    address: () => router.state.location.pathname + router.state.location.search,
    back: () => act(() => router.navigate(-1)),
    history: router,
  };
}

test("values come from the address, nonsense is left aside", () => {
  const { state } = at("/list?query=ada&status=active,unheard&order=upside-down&pageSize=x");
  expect(state().values).toEqual({ query: "ada", status: ["active"], order: "name", pageSize: 50 });
  expect(state().filtered).toBe(true);
});

test("changes go into the address, fallbacks do not", () => {
  const { state, address } = at("/list");
  act(() => state().set({ query: "a&b", status: ["active", "invited"] }));
  expect(address()).toBe("/list?query=a%26b&status=active%2Cinvited");
  act(() => state().set({ status: [], order: "name" }));
  expect(address()).toBe("/list?query=a%26b");
  act(() => state().clear());
  expect(address()).toBe("/list");
});

test("pages are walked forth and back; a filter starts again from the first", () => {
  const { state, address } = at("/list?order=created");
  act(() => state().page.next("t2"));
  act(() => state().page.next("t3"));
  expect(address()).toBe("/list?order=created&after=t3&page=3");
  expect(state().page).toMatchObject({ token: "t3", number: 3, hasPrevious: true });
  act(() => state().page.previous());
  expect(state().page).toMatchObject({ token: "t2", number: 2 });
  act(() => state().page.previous());
  expect(address()).toBe("/list?order=created");
  act(() => state().page.next("t2"));
  act(() => state().set({ query: "x" }));
  expect(address()).toBe("/list?order=created&query=x");
});

test("from an address that came from elsewhere, back is the first page", () => {
  const { state, address } = at("/list?after=t9&page=9");
  act(() => state().page.previous());
  expect(address()).toBe("/list");
});

test("typing a search is one step in the browser's history", async () => {
  const { state, address, back } = at("/list");
  act(() => state().set({ query: "a" }));
  act(() => state().set({ query: "ad" }));
  act(() => state().set({ query: "ada" }));
  await back();
  expect(address()).toBe("/list");
});

test("addresses are made of their parts, encoded", () => {
  expect(paths.to("platform", "user", { id: "usr/1" })).toBe("/master-admin/iam/users/usr%2F1");
  expect(paths.login("acme", "/t/acme/people?page=2")).toBe("/t/acme/login?next=%2Ft%2Facme%2Fpeople%3Fpage%3D2");
  expect(() => paths.to("platform", "user")).toThrow("needs id");
  expect([realmOf("/t/acme/people"), realmOf("/master-admin"), realmOf("/setup")]).toEqual([
    "acme",
    "platform",
    undefined,
  ]);
});

test.each([
  ["/master-admin/users?query=a#x", "/master-admin/users?query=a#x"],
  [null, "/master-admin"],
  ["https://evil.example", "/master-admin"],
  ["//evil.example/master-admin", "/master-admin"],
  ["/\\evil.example", "/master-admin"],
  ["/t/acme/people", "/master-admin"],
  ["/master-administrator", "/master-admin"],
])("after signing in, %s leads to %s", (next, to) => {
  expect(safeNext(next, "platform")).toBe(to);
});
