import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "../theme";
import { breakpoints } from "../tokens";
import { VisuallyHidden } from "../typography/typography";

export interface WizardStep<Id extends string = string> {
  id: Id;
  label: string;
}

interface WizardStepsProps<Id extends string> {
  /** What the steps lead to. */
  label: string;
  steps: readonly WizardStep<Id>[];
  at: Id;
  /** How many steps have been done, and may be gone back to. */
  reached: number;
  onGo: (step: Id) => void;
}

/** Where one is in a wizard, and the way back. On a phone only the step one is at has its name. */
export function WizardSteps<Id extends string>({ label, steps, at, reached, onGo }: WizardStepsProps<Id>): ReactNode {
  const { t } = useTranslation("design");
  const index = steps.findIndex(({ id }) => id === at);
  return (
    <nav aria-label={label}>
      <List>
        {steps.map(({ id, label: name }, number) => {
          const state = number === index ? "here" : number < reached ? "done" : "ahead";
          return (
            <Item key={id} $state={state}>
              <Step
                isDisabled={number > reached || number === index}
                onPress={() => onGo(id)}
                {...(state === "here" ? { "aria-current": "step" as const } : {})}
              >
                <Circle aria-hidden>{state === "done" ? <Check size={12} strokeWidth={3} /> : number + 1}</Circle>
                <Name>{name}</Name>
                {state === "done" && <VisuallyHidden>{t("wizard.done")}</VisuallyHidden>}
              </Step>
            </Item>
          );
        })}
      </List>
    </nav>
  );
}

const List = styled.ol`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[1]} ${theme.space[2]};
`;

const Name = styled.span``;

const Circle = styled.span`
  display: grid;
  place-items: center;
  flex: none;
  inline-size: 1.5rem;
  block-size: 1.5rem;
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.full};
  font-size: ${theme.text.size.tiny};
  font-variant-numeric: tabular-nums;
`;

const Step = styled(Button)`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[1]};
  border: 0;
  border-radius: ${theme.radius.medium};
  background: transparent;
  color: inherit;
  font-weight: ${theme.text.weight.medium};
  &[data-hovered] {
    color: ${theme.color.text};
  }
`;

const Item = styled.li<{ $state: "here" | "done" | "ahead" }>`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  color: ${({ $state }) => ($state === "here" ? theme.color.text : theme.color.muted)};
  &:not(:last-child)::after {
    content: "";
    inline-size: 1.5rem;
    block-size: 1px;
    background: ${theme.color.border};
  }
  ${Circle} {
    ${({ $state }) =>
      $state === "here"
        ? `border-color: ${theme.color.accent}; background: ${theme.color.accent}; color: ${theme.color.onAccent};`
        : $state === "done"
          ? `border-color: ${theme.color.success.line}; background: ${theme.color.success.soft}; color: ${theme.color.success.text};`
          : ""}
  }
  @media ${breakpoints.narrow} {
    &:not(:last-child)::after {
      inline-size: 0.5rem;
    }
    ${Name} {
      ${({ $state }) => ($state === "here" ? "" : "position: absolute; clip-path: inset(50%);")}
    }
  }
`;
