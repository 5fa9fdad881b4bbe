import type { ReactNode } from "react";
import { keyframes, styled } from "styled-components";

import { Stack } from "../layout/layout";
import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";

const sweep = keyframes`
  from { background-position: 100% 0; }
  to { background-position: -100% 0; }
`;

/** The place of something that is on its way. What it stands for must be said once, by `Loading` around it. */
export const Skeleton = styled.span.attrs({ "aria-hidden": true })<{
  /** Default: as wide as there is room. */
  $width?: string;
  /** Default: a line of text. */
  $height?: string;
  $round?: boolean;
}>`
  display: block;
  inline-size: ${({ $width = "100%" }) => $width};
  max-inline-size: 100%;
  block-size: ${({ $height = "0.75rem" }) => $height};
  border-radius: ${({ $round = false }) => ($round ? theme.radius.full : theme.radius.small)};
  background: linear-gradient(90deg, ${theme.color.hover} 35%, ${theme.color.active} 50%, ${theme.color.hover} 65%)
    ${theme.color.sunken};
  background-size: 200% 100%;
  animation: ${sweep} 1.8s linear infinite;
  @media (forced-colors: active) {
    border: 1px solid;
  }
`;

interface LoadingProps {
  /** What is being loaded. */
  label: string;
  children: ReactNode;
}

/** Around skeletons: tells screen readers what they stand for. */
export function Loading({ label, children }: LoadingProps): ReactNode {
  return (
    <div role="status" data-loading>
      <VisuallyHidden>{label}</VisuallyHidden>
      {children}
    </div>
  );
}

/** Some lines of text that are on their way. */
export function SkeletonText({ lines = 3 }: { lines?: number }): ReactNode {
  return (
    <Stack $gap={2} aria-hidden>
      {Array.from({ length: lines }, (_, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- they are all the same
        <Skeleton key={at} $width={at === lines - 1 && lines > 1 ? "60%" : "100%"} />
      ))}
    </Stack>
  );
}
