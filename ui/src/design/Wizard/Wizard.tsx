import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Button } from "../Button/Button";
import { Card, Inline, Stack } from "../layout/layout";
import { theme } from "../theme";
import { Heading, Text } from "../typography/typography";
import { WizardSteps, type WizardStep } from "./WizardSteps";

interface WizardProps<Id extends string> {
  /** What the steps lead to. */
  label: string;
  steps: readonly WizardStep<Id>[];
  at: Id;
  /** How many steps have been done, and may be gone back to. */
  reached: number;
  onGo: (step: Id) => void;
  /** The heading of the step. Default: its label. */
  title?: string;
  /** Under the heading. */
  lead?: ReactNode;
  /** “Continue”, or at the last step what the wizard is for. Called by Enter as well. */
  onNext: () => void;
  /** What the last step's button does: “Create tenant”. */
  finishLabel: string;
  /** While it is being sent. */
  isSending?: boolean;
  /** In place of “Back” at the first step: the way out, such as a `ButtonLink`. */
  leave?: ReactNode;
  /** Between the steps and the sheet: notices. */
  notices?: ReactNode;
  /** The level of the step's heading. Default: 2. */
  headingLevel?: 2 | 3;
  /** The fields of the step. */
  children: ReactNode;
}

/**
 * A long form, a step at a time. What the steps are, when one may go on and what is sent is the form's affair:
 * `useFormSteps` of `forms` has it. A new step begins at its heading for the keyboard and for screen readers.
 */
export function Wizard<Id extends string>({
  label,
  steps,
  at,
  reached,
  onGo,
  title,
  lead,
  onNext,
  finishLabel,
  isSending = false,
  leave,
  notices,
  headingLevel = 2,
  children,
}: WizardProps<Id>): ReactNode {
  const { t } = useTranslation("design");
  const index = Math.max(
    steps.findIndex(({ id }) => id === at),
    0,
  );
  const before = steps[index - 1];
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(at);
  useEffect(() => {
    if (shown.current === at) return;
    shown.current = at;
    // The button that was pressed is no place to begin. Whoever is around may move on to a field that is wrong.
    heading.current?.focus();
  }, [at]);
  return (
    <Stack>
      <WizardSteps label={label} steps={steps} at={at} reached={reached} onGo={onGo} />
      {notices}
      <Sheet
        as="form"
        noValidate
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault();
          if (!isSending) onNext();
        }}
      >
        <Stack $gap={5}>
          <Stack $gap={1}>
            <Text $size="small" $tone="muted">
              {t("wizard.stepOf", { at: index + 1, all: steps.length })}
            </Text>
            <StepHeading as={headingLevel === 2 ? "h2" : "h3"} ref={heading} tabIndex={-1}>
              {title ?? steps[index]?.label}
            </StepHeading>
            {lead !== undefined && (
              <Text as="div" $tone="muted">
                {lead}
              </Text>
            )}
          </Stack>
          {children}
          <Inline $justify="space-between">
            {before === undefined ? (
              (leave ?? <span />)
            ) : (
              <Button variant="quiet" isDisabled={isSending} onPress={() => onGo(before.id)}>
                {t("wizard.back")}
              </Button>
            )}
            <Button type="submit" variant="primary" isPending={isSending}>
              {index === steps.length - 1 ? finishLabel : t("wizard.next")}
            </Button>
          </Inline>
        </Stack>
      </Sheet>
    </Stack>
  );
}

const Sheet = styled(Card)`
  inline-size: 100%;
  max-inline-size: 46rem;
`;

const StepHeading = styled(Heading)`
  inline-size: fit-content;
  border-radius: ${theme.radius.small};
  &:focus {
    outline: none;
  }
  &:focus-visible {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 3px;
  }
`;
