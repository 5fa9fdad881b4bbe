import { useState, type ReactNode } from "react";
import { css, styled } from "styled-components";

import { theme } from "../theme";

type Size = "small" | "medium" | "large";

interface AvatarProps {
  /** Whose it is. It stands beside the name and is therefore nothing to screen readers. */
  name: string;
  /** What gives it its colour, for names that change. Default: the name. */
  seed?: string;
  /** A picture in place of the initials, as long as it can be loaded. */
  src?: string | undefined;
  /** 20, 28 or 40 px. Default: `medium`. */
  size?: Size;
  /** People are round, companies square. Default: `round`. */
  shape?: "round" | "square";
}

/** A face for a name: always the same colour for the same seed. */
export function Avatar({ name, seed = name, src, size = "medium", shape = "round" }: AvatarProps): ReactNode {
  const [broken, setBroken] = useState<string>();
  const pictured = src !== undefined && src !== "" && src !== broken;
  return (
    <Face aria-hidden $size={size} $shape={shape} $color={theme.color.chart[colorOf(seed)]} $pictured={pictured}>
      {pictured ? <img src={src} alt="" onError={() => setBroken(src)} /> : initials(name)}
    </Face>
  );
}

/** The first letters of the first and the last word, as people of any script would take them. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word = "") => {
    const start = word.search(/[\p{L}\p{N}]/u);
    return [...graphemes.segment(word.slice(Math.max(0, start)))][0]?.segment ?? "";
  });
  return letters.join("").toLocaleUpperCase() || "?";
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function colorOf(seed: string): keyof typeof theme.color.chart {
  let hash = 0;
  for (const letter of seed) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) | 0;
  return ((Math.abs(hash) % 8) + 1) as keyof typeof theme.color.chart;
}

const sizes = {
  small: css`
    inline-size: 1.25rem;
    block-size: 1.25rem;
    font-size: 0.5625rem;
  `,
  medium: css`
    inline-size: 1.75rem;
    block-size: 1.75rem;
    font-size: 0.6875rem;
  `,
  large: css`
    inline-size: 2.5rem;
    block-size: 2.5rem;
    font-size: ${theme.text.size.medium};
  `,
};

const Face = styled.span<{ $size: Size; $shape: "round" | "square"; $color: string; $pictured: boolean }>`
  display: inline-grid;
  place-items: center;
  flex: none;
  overflow: clip;
  border-radius: ${({ $shape }) => ($shape === "round" ? theme.radius.full : theme.radius.medium)};
  background: ${({ $color, $pictured }) =>
    $pictured ? "transparent" : `color-mix(in oklab, ${$color} 18%, ${theme.color.surface})`};
  color: ${({ $color }) => `color-mix(in oklab, ${$color} 55%, ${theme.color.text})`};
  font-weight: ${theme.text.weight.bold};
  line-height: 1;
  user-select: none;
  ${({ $size }) => sizes[$size]}
  & > img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: contain;
  }
`;
