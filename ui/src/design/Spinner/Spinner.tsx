import type { ReactNode } from "react";
import { keyframes, styled } from "styled-components";

const turn = keyframes`to { transform: rotate(1turn); }`;

const Circle = styled.svg`
  animation: ${turn} 800ms linear infinite;
  @media (prefers-reduced-motion: reduce) {
    animation-duration: 3s !important;
    animation-iteration-count: infinite !important;
  }
`;

/** That something is under way, in the colour of the text around it. What is under way must be said beside it. */
export function Spinner({ size = 16 }: { size?: number }): ReactNode {
  return (
    <Circle
      aria-hidden
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
    >
      <circle cx={8} cy={8} r={6} opacity={0.25} />
      <path d="M14 8a6 6 0 0 0-6-6" strokeLinecap="round" />
    </Circle>
  );
}
