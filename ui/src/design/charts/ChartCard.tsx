import type { ReactNode } from "react";
import { styled } from "styled-components";

import { Card, Inline, Stack } from "../layout/layout";
import { Loading, Skeleton } from "../Skeleton/Skeleton";
import { EmptyState, ErrorState } from "../states/states";
import { theme } from "../theme";
import { Heading, Text } from "../typography/typography";

interface ChartCardProps {
  title: string;
  /** What is counted, and since when. */
  description?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  /** While it is loading: said to screen readers in the chart's place. */
  loading?: string | undefined;
  /** Why there is no chart. */
  failure?: unknown;
  onRetry?: (() => void) | undefined;
  /** Why there is nothing to draw yet. */
  empty?: string | undefined;
  /** The chart. */
  children: ReactNode;
}

/** A chart on its sheet, with what stands in its place while there is none. */
export function ChartCard({
  title,
  description,
  actions,
  loading,
  failure,
  onRetry,
  empty,
  children,
}: ChartCardProps): ReactNode {
  return (
    <Sheet>
      <Inline $justify="space-between" $align="start" $gap={3}>
        <Stack $gap="hair">
          <Heading $size="medium">{title}</Heading>
          {description !== undefined && (
            <Text as="div" $tone="muted" $size="small">
              {description}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Inline>{actions}</Inline>}
      </Inline>
      {failure !== undefined ? (
        <ErrorState failure={failure} {...(onRetry === undefined ? {} : { onRetry })} />
      ) : loading !== undefined ? (
        <Loading label={loading}>
          <Skeleton $height="12rem" />
        </Loading>
      ) : empty !== undefined ? (
        <EmptyState title={empty} />
      ) : (
        children
      )}
    </Sheet>
  );
}

const Sheet = styled(Card)`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[3]};
`;
