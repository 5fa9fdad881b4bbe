import { Check, Minus, X } from "lucide-react";
import type { ReactNode } from "react";
import { styled } from "styled-components";

import { Spinner } from "../Spinner/Spinner";
import { theme } from "../theme";
import { Text } from "../typography/typography";

/** What has become of a step; `event` is something that happened, good or bad. */
export type TimelineState = "waiting" | "running" | "done" | "failed" | "skipped" | "event" | "warning";

export interface TimelineEntry {
  id: string;
  title: ReactNode;
  /** Default: `event`. Its words must say it too: in `details` for instance. */
  state?: TimelineState;
  /** An icon of 14 px in place of the state's own. */
  icon?: ReactNode;
  /** At the end of the title's line: when. */
  time?: ReactNode;
  /** Under the title: how it went, by whom. */
  details?: ReactNode;
  /** What went wrong. */
  problem?: string | undefined;
  /** Anything more, such as buttons. */
  more?: ReactNode;
}

interface TimelineProps {
  /** What it is the history of. */
  label: string;
  entries: readonly TimelineEntry[];
  /** Reads changes out while one waits for them. Default: false. */
  live?: boolean;
}

/** Steps or events one after the other, each with what has become of it. */
export function Timeline({ label, entries, live = false }: TimelineProps): ReactNode {
  return (
    <List aria-label={label} {...(live ? { "aria-live": "polite", "aria-relevant": "text" } : {})}>
      {entries.map(({ id, title, state = "event", icon, time, details, problem = "", more }) => (
        <Item key={id} $state={state}>
          <Mark $state={state} aria-hidden>
            {icon ?? icons[state]}
          </Mark>
          <Words>
            <Line>
              <Text as="span" $weight="medium" $tone={state === "waiting" || state === "skipped" ? "muted" : "text"}>
                {title}
              </Text>
              {time !== undefined && (
                <Text as="span" $size="small" $tone="muted" $numeric>
                  {time}
                </Text>
              )}
            </Line>
            {details !== undefined && (
              <Text as="span" $size="small" $tone="muted">
                {details}
              </Text>
            )}
            {problem !== "" && (
              <Text as="span" $size="small" $tone={state === "failed" ? "danger" : "warning"} dir="auto">
                {problem}
              </Text>
            )}
            {more}
          </Words>
        </Item>
      ))}
    </List>
  );
}

const icons: Record<TimelineState, ReactNode> = {
  waiting: null,
  running: <Spinner size={14} />,
  done: <Check size={14} />,
  failed: <X size={14} />,
  skipped: <Minus size={14} />,
  event: null,
  warning: null,
};

const quiet = { color: theme.color.faint, background: theme.color.sunken, line: theme.color.border };

const marks: Record<TimelineState, typeof quiet> = {
  waiting: { ...quiet, background: theme.color.surface },
  running: { color: theme.color.info.text, background: theme.color.info.soft, line: theme.color.info.line },
  done: { color: theme.color.success.text, background: theme.color.success.soft, line: theme.color.success.line },
  failed: { color: theme.color.danger.text, background: theme.color.danger.soft, line: theme.color.danger.line },
  skipped: quiet,
  event: { ...quiet, color: theme.color.muted },
  warning: { color: theme.color.warning.text, background: theme.color.warning.soft, line: theme.color.warning.line },
};

const List = styled.ol`
  display: flex;
  flex-direction: column;
`;

const Item = styled.li<{ $state: TimelineState }>`
  position: relative;
  display: flex;
  gap: ${theme.space[3]};
  padding-block-end: ${theme.space[4]};
  &:not(:last-child)::before {
    content: "";
    position: absolute;
    inset-block: 1.75rem 0.25rem;
    inset-inline-start: calc(0.75rem - 1px);
    inline-size: 2px;
    border-radius: 1px;
    background: ${({ $state }) => ($state === "done" ? theme.color.success.line : theme.color.border)};
  }
  &:last-child {
    padding-block-end: 0;
  }
`;

const Mark = styled.span<{ $state: TimelineState }>`
  display: grid;
  place-items: center;
  flex: none;
  inline-size: 1.5rem;
  block-size: 1.5rem;
  border: 1px solid ${({ $state }) => marks[$state].line};
  border-radius: ${theme.radius.full};
  background: ${({ $state }) => marks[$state].background};
  color: ${({ $state }) => marks[$state].color};
`;

const Words = styled.div`
  display: flex;
  flex: 1;
  flex-direction: column;
  gap: ${theme.space.hair};
  min-inline-size: 0;
  padding-block-start: 0.125rem;
  overflow-wrap: anywhere;
`;

const Line = styled.span`
  display: flex;
  align-items: baseline;
  justify-content: space-between;
  gap: ${theme.space[3]};
  & > :last-child:not(:first-child) {
    flex: none;
  }
`;
