/** What all fields are made of: a label, an edge, and a line below that explains or objects. */
import type { ReactNode } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Group } from "react-aria-components/Group";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { theme } from "../theme";

/** Of every field. */
export interface FieldWords {
  label: string;
  /** What to know before filling it in. */
  description?: ReactNode;
  /** Shown in place of the description; the field counts as wrong while it is set. */
  error?: string | undefined;
  /** Marks the field as one that may stay empty; where most are needed, only those are marked. */
  optional?: boolean;
  /** Hides the label from sight where something else on the page says it; screen readers still have it. */
  labelHidden?: boolean;
}

/** The label, the control and the line below it, one under the other. For the root of a react-aria field. */
export const fieldLayout = css`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.snug};
  min-inline-size: 0;
`;

export const FieldLabel = styled(Label)`
  display: flex;
  justify-content: space-between;
  gap: ${theme.space[2]};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
`;

export const Optional = styled.span`
  color: ${theme.color.faint};
  font-weight: ${theme.text.weight.regular};
`;

const hidden = css`
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
`;

const HiddenLabel = styled(Label)`
  ${hidden}
`;

/** The label of the react-aria field around it. */
export function LabelOf({ label, optional = false, labelHidden = false }: FieldWords): ReactNode {
  const { t } = useTranslation("design");
  if (labelHidden) return <HiddenLabel>{label}</HiddenLabel>;
  return (
    <FieldLabel>
      {label}
      {optional && <Optional>{t("optional")}</Optional>}
    </FieldLabel>
  );
}

/** What is wrong with the react-aria field around it, else its description. */
export function WordsBelow({ description, error }: Pick<FieldWords, "description" | "error">): ReactNode {
  return (
    <>
      {error === undefined && description !== undefined && <Hint slot="description">{description}</Hint>}
      <Wrong>{error}</Wrong>
    </>
  );
}

/** The look of the edge of everything that is filled in; the states come from react-aria. */
export const frame = css`
  display: flex;
  align-items: center;
  min-block-size: ${theme.control.medium};
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.surface};
  transition: border-color ${theme.motion.fast} ${theme.motion.ease};
  &[data-hovered] {
    border-color: ${theme.color.muted};
  }
  &[data-invalid] {
    border-color: ${theme.color.danger.text};
  }
  &[data-focus-within],
  &[data-focus-visible],
  &[data-pressed] {
    border-color: ${theme.color.focus};
    outline: 1px solid ${theme.color.focus};
    outline-offset: 0;
  }
  &[data-invalid][data-focus-within],
  &[data-invalid][data-focus-visible] {
    border-color: ${theme.color.danger.text};
    outline-color: ${theme.color.danger.text};
  }
  &[data-disabled] {
    background: ${theme.color.sunken};
    border-color: ${theme.color.border};
    color: ${theme.color.muted};
  }
  @media (pointer: coarse) {
    min-block-size: 2.75rem;
  }
`;

/** The edge of everything that is filled in. */
export const Frame = styled(Group)`
  ${frame}
`;

/** The look of what is typed into inside a `Frame`. */
export const line = css`
  flex: 1;
  min-inline-size: 0;
  align-self: stretch;
  padding-inline: ${theme.space[3]};
  border: 0;
  background: transparent;
  &:focus,
  &:focus-visible,
  &[data-focus-visible] {
    outline: none;
  }
`;

/** A small button at the end of a `Frame`, with an icon. */
export const frameButton = css`
  display: inline-flex;
  align-items: center;
  justify-content: center;
  flex: none;
  align-self: stretch;
  inline-size: 2rem;
  border: 0;
  border-radius: ${theme.radius.medium};
  background: transparent;
  color: ${theme.color.muted};
  &[data-hovered] {
    color: ${theme.color.text};
  }
  &[data-focus-visible] {
    outline-offset: -3px;
  }
`;

export const Hint = styled(Text)`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;

export const Wrong = styled(FieldError)`
  color: ${theme.color.danger.text};
  font-size: ${theme.text.size.small};
`;
