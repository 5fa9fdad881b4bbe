import { screen } from "@testing-library/react";
import { useState, type ReactNode } from "react";
import { expect, test } from "vitest";

import { renderPart } from "@/testing/renderApp";

import { DataTable, type Column } from "./DataTable";

const rows = Array.from({ length: 200 }, (_, at) => ({ id: `row_${String(at)}` }));
let drawn = 0;
const columns: Column<{ id: string }>[] = [
  {
    id: "id",
    header: "Id",
    cell: ({ id }) => {
      drawn += 1;
      return id;
    },
  },
  { id: "other", header: "Other", cell: () => "–" },
];

function Table(): ReactNode {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return (
    <DataTable
      label="Rows"
      columns={columns}
      rows={rows}
      rowId={({ id }) => id}
      rowName={({ id }) => id}
      rowActions={() => []}
      selection={{ selected, onChange: setSelected }}
    />
  );
}

test("of 200 rows, selecting one draws one anew, and moving the keyboard none", async () => {
  const user = await renderPart(<Table />);
  // Queries by role look at every one of thousands of elements.
  const boxes = [...document.querySelectorAll<HTMLInputElement>("tbody input")];
  expect(boxes).toHaveLength(200);
  drawn = 0;
  await user.click(boxes[150] as HTMLInputElement);
  expect(boxes[150]).toBeChecked();
  expect(screen.getByText("1 selected")).toBeVisible();
  expect(drawn).toBe(1);
  await user.keyboard("{ArrowDown}");
  expect(boxes[151]).toHaveFocus();
  expect(boxes.filter((box) => box.tabIndex === 0)).toEqual([boxes[151]]);
  expect(drawn).toBe(1);
});
