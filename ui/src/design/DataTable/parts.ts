/** What a table is drawn with. Where its container is narrow, every row becomes a card of labelled lines. */
import { css, styled } from "styled-components";

import { checkBox, checkBoxOn } from "../Checkbox/CheckMark";
import { theme } from "../theme";
import type { Density } from "./columns";

/** Of the container, not of the window: a table may stand beside something. */
export const NARROW = "(max-width: 40rem)";

export const Container = styled.div`
  container-type: inline-size;
  min-inline-size: 0;
`;

export const Sheet = styled.div`
  position: relative;
  min-inline-size: 0;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.surface};
  box-shadow: ${theme.shadow.low};
`;

/** `$scrolls`: wider than its place, so it is a window of its own; else the page scrolls and the head stays in view. */
export const Window = styled.div<{ $scrolls: boolean }>`
  ${({ $scrolls }) =>
    $scrolls &&
    css`
      max-block-size: max(20rem, 80dvb);
      overflow: auto;
      overscroll-behavior-x: contain;
      border-radius: inherit;
    `}
`;

export const Table = styled.table`
  inline-size: 100%;
  table-layout: fixed;
  border-spacing: 0;
  border-collapse: separate;
  @container ${NARROW} {
    &,
    tbody,
    tr {
      display: block;
    }
    colgroup {
      display: none;
    }
  }
`;

export const HeadCell = styled.th.attrs({ tabIndex: -1 })<{ $end: boolean; $top: string }>`
  position: sticky;
  inset-block-start: ${({ $top }) => $top};
  z-index: ${theme.layer.sticky};
  block-size: 2.25rem;
  padding: 0 ${theme.space[3]};
  border-block-end: 1px solid ${theme.color.border};
  background: ${theme.color.sunken};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
  text-align: ${({ $end }) => ($end ? "end" : "start")};
  white-space: nowrap;
  &:first-child {
    border-start-start-radius: calc(${theme.radius.large} - 1px);
  }
  &:last-child {
    border-start-end-radius: calc(${theme.radius.large} - 1px);
  }
  &[data-select] {
    padding-inline: 0;
    text-align: center;
  }
  @container ${NARROW} {
    display: none;
    &[data-select] {
      position: static;
      display: flex;
      align-items: center;
      inline-size: auto;
      padding-inline: ${theme.space[3]};
      border-start-end-radius: calc(${theme.radius.large} - 1px);
    }
  }
`;

export const Head = styled.thead`
  @container ${NARROW} {
    display: block;
    &:not(:has([data-select])) {
      display: none;
    }
  }
`;

export const HeadRow = styled.tr`
  @container ${NARROW} {
    display: block;
  }
`;

export const Row = styled.tr<{ $density: Density; $muted: boolean; $linked: boolean }>`
  --cell-block: ${({ $density }) => ($density === "normal" ? theme.space[2] : theme.space.hair)};
  cursor: ${({ $linked }) => ($linked ? "pointer" : "auto")};
  ${({ $muted }) =>
    $muted &&
    css`
      color: ${theme.color.muted};
    `}
  &:hover,
  &:focus-within {
    background: ${theme.color.hover};
  }
  &[aria-selected="true"] {
    background: ${theme.color.accentSoft};
  }
  &:last-child > * {
    border-block-end: 0;
  }
  @container ${NARROW} {
    position: relative;
    padding: ${theme.space[3]} ${theme.space[4]};
    border-block-end: 1px solid ${theme.color.border};
    &:last-child {
      border-block-end: 0;
    }
  }
`;

export const cell = css`
  padding: var(--cell-block) ${theme.space[3]};
  border-block-end: 1px solid ${theme.color.border};
  text-align: start;
  font-weight: inherit;
  block-size: calc(1.5rem + 2 * var(--cell-block));
  overflow: hidden;
  text-overflow: ellipsis;
  overflow-wrap: anywhere;
  vertical-align: middle;
  /* Clear of the head, which stays in view. */
  scroll-margin-block-start: calc(var(--sticky-top, 0px) + 2.5rem);
  &:focus-visible {
    outline-offset: -2px;
  }
`;

/** A cell with a value. In cards its label stands before it. */
export const Cell = styled.td.attrs({ tabIndex: -1 })<{ $end: boolean }>`
  ${cell}
  ${({ $end }) =>
    $end &&
    css`
      text-align: end;
    `}
  @container ${NARROW} {
    display: grid;
    grid-template-columns: minmax(6rem, 2fr) 3fr;
    gap: ${theme.space[3]};
    block-size: auto;
    padding: ${theme.space.hair} 0;
    border: 0;
    text-align: start;
    &::before {
      content: attr(data-label);
      color: ${theme.color.muted};
      font-size: ${theme.text.size.small};
    }
    /* In a card nothing is said of what there is not. */
    &:has(> div:empty, > div > bdi:only-child:empty) {
      display: none;
    }
    &[role="rowheader"] {
      display: block;
      padding-inline-end: 2.5rem;
      padding-block-end: ${theme.space[1]};
      &::before {
        display: none;
      }
    }
    [data-selectable] > & {
      padding-inline-start: 2rem;
    }
  }
`;

/** The cell of the checkbox or of the menu: as narrow as can be, in cards at the edges of the first line. */
export const EdgeCell = styled.td.attrs({ tabIndex: -1 })<{ $at: "start" | "end" }>`
  ${cell}
  padding-inline: 0;
  text-align: center;
  @container ${NARROW} {
    position: absolute;
    inset-block-start: ${theme.space[3]};
    ${({ $at }) => ($at === "start" ? "inset-inline-start" : "inset-inline-end")}: ${theme.space[3]};
    padding: 0;
    border: 0;
    block-size: auto;
  }
`;

/** The native control, drawn like `CheckMark`: hundreds of them must cost nothing. */
export const Box = styled.input.attrs({ type: "checkbox" })`
  ${checkBox}
  appearance: none;
  margin: 0;
  vertical-align: middle;
  cursor: default;
  &::before {
    content: "";
    inline-size: 0.75rem;
    block-size: 0.75rem;
    background: currentColor;
    clip-path: polygon(14% 47%, 6% 56%, 40% 88%, 96% 27%, 86% 18%, 39% 69%);
    opacity: 0;
  }
  &:checked,
  &:indeterminate {
    ${checkBoxOn}
  }
  &:checked::before,
  &:indeterminate::before {
    opacity: 1;
  }
  &:indeterminate::before {
    clip-path: inset(42% 12%);
  }
  &:disabled {
    opacity: 0.4;
    cursor: not-allowed;
  }
  @media (forced-colors: active) {
    appearance: auto;
    &::before {
      display: none;
    }
  }
`;

/** What is pressed for the checkbox is larger than it. */
export const BoxTarget = styled.label`
  display: inline-grid;
  place-items: center;
  min-inline-size: 2rem;
  min-block-size: 1.5rem;
`;
