import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { VisuallyHidden } from "@/design/typography/typography";

import { STEPS, type Step } from "./creation";

interface WizardStepsProps {
  at: Step;
  /** How many steps have been done, and may be gone back to. */
  reached: number;
  onGo: (step: Step) => void;
}

/** Where one is in the wizard, and the way back. */
export function WizardSteps({ at, reached, onGo }: WizardStepsProps): ReactNode {
  const { t } = useTranslation("tenants");
  const index = STEPS.indexOf(at);
  return (
    <nav aria-label={t("create.steps")}>
      <List>
        {STEPS.map((step, number) => (
          <Item key={step} $state={number === index ? "here" : number < reached ? "done" : "ahead"}>
            <Step
              isDisabled={number > reached || number === index}
              onPress={() => onGo(step)}
              {...(number === index ? { "aria-current": "step" as const } : {})}
            >
              <Circle aria-hidden>
                {number < reached && number !== index ? <Check size={12} strokeWidth={3} /> : number + 1}
              </Circle>
              <Name>{t(`create.step.${step}`)}</Name>
              {number < reached && number !== index && <VisuallyHidden>{t("create.done")}</VisuallyHidden>}
            </Step>
          </Item>
        ))}
      </List>
    </nav>
  );
}

const List = styled.ol`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
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
