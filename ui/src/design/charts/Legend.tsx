import type { ReactNode } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { styled } from "styled-components";

import { theme } from "../theme";
import { Swatch } from "./Swatch";

interface LegendProps {
  series: readonly { name: string; paint: string; dash?: string | undefined }[];
  /** The names of those that are not shown. */
  hidden: ReadonlySet<string>;
  onToggle: (name: string) => void;
}

/** Says which series is which, and hides or shows each. The last one cannot be hidden. */
export function Legend({ series, hidden, onToggle }: LegendProps): ReactNode {
  const shown = series.filter(({ name }) => !hidden.has(name)).length;
  return (
    <List>
      {series.map(({ name, paint, dash }) => {
        const isShown = !hidden.has(name);
        return (
          <li key={name}>
            <Entry
              isSelected={isShown}
              onChange={() => {
                if (!isShown || shown > 1) onToggle(name);
              }}
            >
              <Swatch paint={isShown ? paint : theme.color.control} dash={dash} />
              <bdi>{name}</bdi>
            </Entry>
          </li>
        );
      })}
    </List>
  );
}

const List = styled.ul`
  display: flex;
  flex-wrap: wrap;
  gap: 0 ${theme.space[1]};
  min-inline-size: 0;
  margin-inline-start: calc(-1 * ${theme.space.snug});
`;

const Entry = styled(ToggleButton)`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space.snug};
  max-inline-size: 16rem;
  min-block-size: ${theme.control.small};
  padding: 0 ${theme.space.snug};
  border: 0;
  border-radius: ${theme.radius.small};
  background: none;
  color: ${theme.color.faint};
  font-size: ${theme.text.size.small};
  text-decoration: line-through;
  & > bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  &[data-selected] {
    color: ${theme.color.muted};
    text-decoration: none;
  }
  &[data-hovered] {
    background: ${theme.color.hover};
    color: ${theme.color.text};
  }
`;
