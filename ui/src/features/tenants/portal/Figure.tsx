import type { ReactNode } from "react";

import { Card, Stack } from "@/design/layout/layout";
import { Skeleton } from "@/design/Skeleton/Skeleton";
import { Text } from "@/design/typography/typography";

interface FigureProps {
  label: string;
  /** Undefined while it is on its way. */
  value: string | undefined;
  hint: string;
}

/** One number and what it counts. */
export function Figure({ label, value, hint }: FigureProps): ReactNode {
  return (
    <Card>
      <Stack $gap={1}>
        <Text $size="small" $tone="muted">
          {label}
        </Text>
        <Text $size="display" $weight="bold" $numeric>
          {value ?? <Skeleton $width="4rem" />}
        </Text>
        <Text $size="tiny" $tone="muted">
          {hint}
        </Text>
      </Stack>
    </Card>
  );
}
