// @vitest-environment node
import { expect, test } from "vitest";

import type { Column } from "./columns";
import { toCsv } from "./csv";

interface Row {
  name: string;
  people: number;
}

const columns: Column<Row>[] = [
  { id: "name", header: "Name", cell: () => null, text: (row) => row.name },
  { id: "actions", header: "Actions", cell: () => null },
  { id: "people", header: "People, all", cell: () => null, text: (row) => String(row.people) },
];

test("every kind of text survives, and none of them is a formula", async () => {
  const rows = [
    { name: 'Acme "North", Ltd', people: -3 },
    { name: "two\nlines", people: 0 },
    { name: '=HYPERLINK("http://x")', people: 1 },
    { name: "@cmd", people: 2 },
    { name: "שרה", people: 5 },
  ];
  const bytes = new Uint8Array(await toCsv(columns, rows).arrayBuffer());
  expect(Array.from(bytes.slice(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
  expect(new TextDecoder().decode(bytes)).toBe(
    [
      'Name,"People, all"',
      '"Acme ""North"", Ltd",-3',
      '"two\nlines",0',
      '"\'=HYPERLINK(""http://x"")",1',
      "'@cmd,2",
      "שרה,5",
      "",
    ].join("\r\n"),
  );
});
