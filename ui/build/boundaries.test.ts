// @vitest-environment node
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { violations } from "./boundaries.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "boundaries-"));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

test("our sources keep the boundaries", () => {
  expect(violations("src")).toEqual([]);
});

test.each([
  ["design/Button/Button.tsx", `import { api } from "@/api/rest";`],
  ["design/Button/Button.tsx", `import type { Api } from "../../api/rest";`],
  ["api/rest.ts", `export { theme } from "@/design/theme";`],
  ["features/iam/users/Page.tsx", `const page = () => import("@/features/tenants/Page");`],
  ["features/iam/users/Page.tsx", `import "../../tenants/Page";`],
  ["session/context.tsx", `import { Button } from "@/design/Button/Button";`],
  ["i18n/format.ts", `import { router } from "@/app/router";`],
  ["design/Button/Button.tsx", `import { edge } from "@/testing/edge";`],
  ["unheard/of.ts", `import { theme } from "@/design/theme";`],
])("%s must not say %s", (name, text) => {
  expect(violations(tree({ [name]: text }))).toHaveLength(1);
});

test.each([
  ["features/iam/users/Page.tsx", `import { Button } from "@/design/Button/Button"; import "../roles/Role";`],
  ["app/router.tsx", `import { routes } from "@/features/iam/routes";`],
  ["design/Button/Button.stories.tsx", `import { edge } from "@/testing/edge";`],
  ["api/rest.ts", `import { create } from "@bufbuild/protobuf";`],
])("%s may say %s", (name, text) => {
  expect(violations(tree({ [name]: text }))).toEqual([]);
});
