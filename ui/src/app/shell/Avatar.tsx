import type { ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "@/design/theme";

/** The first letters of a name in a circle. The name itself must stand beside it. */
export function Avatar({ name }: { name: string }): ReactNode {
  return <Circle aria-hidden>{initials(name)}</Circle>;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const [first = "", last = ""] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return (letter(first) + letter(last)).toLocaleUpperCase();
}

function letter(word: string): string {
  return String.fromCodePoint(...[word.codePointAt(0)].filter((code) => code !== undefined));
}

const Circle = styled.span`
  display: inline-grid;
  place-items: center;
  flex: none;
  inline-size: 1.75rem;
  block-size: 1.75rem;
  border-radius: ${theme.radius.full};
  background: ${theme.color.accentSoft};
  color: ${theme.color.onAccentSoft};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.bold};
  line-height: 1;
`;
