/** How the palette looks; what it does is in `Palette.tsx`. */
import { Dialog } from "react-aria-components/Dialog";
import { Input } from "react-aria-components/Input";
import { Header, Menu, MenuItem, MenuSection } from "react-aria-components/Menu";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { SearchField } from "react-aria-components/SearchField";
import { styled, keyframes } from "styled-components";

import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";

const fade = keyframes`from { opacity: 0; }`;
const rise = keyframes`from { opacity: 0; translate: 0 -0.25rem; }`;

export const Scrim = styled(ModalOverlay)`
  position: fixed;
  inset: 0;
  z-index: ${theme.layer.overlay};
  display: flex;
  justify-content: center;
  align-items: flex-start;
  padding: 12vh ${theme.space[4]} ${theme.space[4]};
  background: ${theme.color.scrim};
  animation: ${fade} ${theme.motion.fast};
  @media ${breakpoints.narrow} {
    padding: ${theme.space[2]};
  }
`;

export const Sheet = styled(Modal)`
  inline-size: min(36rem, 100%);
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.raised};
  box-shadow: ${theme.shadow.high};
  overflow: clip;
  animation: ${rise} ${theme.motion.fast} ${theme.motion.ease};
`;

export const Box = styled(Dialog)`
  display: flex;
  flex-direction: column;
  max-block-size: min(28rem, 80dvb);
  outline: none;
`;

export const Field = styled(SearchField)`
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  flex: none;
  padding-inline: ${theme.space[4]};
  border-block-end: 1px solid ${theme.color.border};
  color: ${theme.color.muted};
`;

export const Line = styled(Input)`
  flex: 1;
  min-inline-size: 0;
  block-size: 3rem;
  border: 0;
  background: none;
  color: ${theme.color.text};
  font-size: ${theme.text.size.large};
  &,
  &:focus-visible,
  &[data-focus-visible] {
    outline: none;
  }
  &::-webkit-search-cancel-button {
    display: none;
  }
`;

export const List = styled(Menu)`
  flex: 1;
  min-block-size: 0;
  overflow-y: auto;
  padding: ${theme.space[2]};
  outline: none;
` as typeof Menu;

export const Section = styled(MenuSection)`
  &:not(:first-child) {
    padding-block-start: ${theme.space[2]};
  }
` as typeof MenuSection;

export const Heading = styled(Header)`
  padding: ${theme.space[1]} ${theme.space[2]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
`;

export const Item = styled(MenuItem)`
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  min-block-size: 2.25rem;
  padding: ${theme.space[1]} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  outline: none;
  cursor: default;
  & > svg {
    color: ${theme.color.muted};
  }
  & > [data-enter] {
    margin-inline-start: auto;
    visibility: hidden;
  }
  &[data-focused] {
    background: ${theme.color.active};
  }
  &[data-focused] > [data-enter] {
    visibility: visible;
  }
  @media (pointer: coarse) {
    min-block-size: 2.75rem;
  }
`;

export const Name = styled.span`
  flex: none;
  max-inline-size: 70%;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

export const Detail = styled.span`
  flex: 1;
  min-inline-size: 0;
  overflow: hidden;
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  text-overflow: ellipsis;
  white-space: nowrap;
`;

export const Nothing = styled.p`
  padding: ${theme.space[6]};
  color: ${theme.color.muted};
  text-align: center;
`;

export const Failure = styled.p`
  padding: ${theme.space[2]} ${theme.space[4]};
  border-block-start: 1px solid ${theme.color.border};
  color: ${theme.color.danger.text};
  font-size: ${theme.text.size.small};
`;
