import { createGlobalStyle } from "styled-components";

import { theme } from "./theme";
import { breakpoints } from "./tokens";

export const GlobalStyle = createGlobalStyle`
  *, *::before, *::after { box-sizing: border-box; }
  html { -webkit-text-size-adjust: none; text-size-adjust: none; }
  :root, :root[data-mode] { background: ${theme.color.canvas}; }
  body {
    margin: 0;
    min-block-size: 100dvb;
    color: ${theme.color.text};
    font-family: ${theme.font.body};
    font-size: ${theme.text.size.medium};
    font-weight: ${theme.text.weight.regular};
    line-height: ${theme.text.line.body};
    font-feature-settings: "calt", "kern";
    font-synthesis: none;
    -webkit-font-smoothing: antialiased;
    -moz-osx-font-smoothing: grayscale;
    overflow-wrap: break-word;
  }
  h1, h2, h3, h4, p, ul, ol, dl, dd, figure, fieldset, pre { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
  ul, ol { list-style: none; }
  button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
  a { color: ${theme.color.accentText}; text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
  svg { display: block; flex: none; }
  code, pre, kbd { font-family: ${theme.font.code}; font-size: 0.93em; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  ::placeholder { color: ${theme.color.faint}; opacity: 1; }
  ::selection { background: ${theme.color.accentSoft}; color: ${theme.color.onAccentSoft}; }
  :focus-visible, [data-focus-visible] { outline: 2px solid ${theme.color.focus}; outline-offset: 2px; }
  [data-rac]:not([data-focus-visible]):focus { outline: none; }
  @media ${breakpoints.narrow} {
    /* Below 16 px phones zoom into the page when a field is touched. */
    input, select, textarea { font-size: max(1rem, 16px); }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after {
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 1ms !important;
      scroll-behavior: auto !important;
    }
  }
`;
