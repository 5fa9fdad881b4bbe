import type { ReactNode } from "react";
import { styled } from "styled-components";

import { CopyButton } from "../CopyField/CopyField";
import { theme } from "../theme";

export interface KeyValue {
  label: string;
  /** A dash stands for what is empty. */
  value: ReactNode;
  /** What can be copied. */
  copy?: string | undefined;
}

interface KeyValueListProps {
  items: readonly KeyValue[];
  /** The label beside the value where there is room, or always above it. Default: `beside`. */
  layout?: "beside" | "above";
}

/** The properties of one thing. `above` puts them into as many columns as there is room for. */
export function KeyValueList({ items, layout = "beside" }: KeyValueListProps): ReactNode {
  return (
    <Container>
      <List $layout={layout}>
        {items.map(({ label, value, copy }) => (
          <Pair key={label} $wide={copy !== undefined}>
            <dt>{label}</dt>
            <dd>
              <bdi>{value === undefined || value === null || value === "" ? "–" : value}</bdi>
              {copy !== undefined && copy !== "" && <CopyButton value={copy} label={label} />}
            </dd>
          </Pair>
        ))}
      </List>
    </Container>
  );
}

const Container = styled.div`
  container-type: inline-size;
`;

/** What is copied is long: where there is little room, it has a line of its own. */
const Pair = styled.div<{ $wide: boolean }>`
  @container (max-width: 26rem) {
    grid-column: ${({ $wide }) => ($wide ? "1 / -1" : "auto")};
  }
`;

const List = styled.dl<{ $layout: "beside" | "above" }>`
  display: grid;
  ${({ $layout }) =>
    $layout === "above"
      ? `grid-template-columns: repeat(auto-fill, minmax(min(12rem, 50% - ${theme.space[5]}), 1fr));
         gap: ${theme.space[4]} ${theme.space[5]};`
      : `gap: ${theme.space[3]};`}
  dt {
    color: ${theme.color.muted};
    font-size: ${theme.text.size.small};
  }
  dd {
    display: flex;
    align-items: center;
    gap: ${theme.space[1]};
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  @container (min-width: 26rem) {
    ${({ $layout }) =>
      $layout === "beside" &&
      `& > div {
        display: grid;
        grid-template-columns: minmax(8rem, 12rem) 1fr;
        gap: ${theme.space[4]};
      }`}
  }
`;
