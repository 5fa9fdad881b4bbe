import { Check, Minus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import {
  Provisioning_Step_Kind,
  Provisioning_Step_State,
  type Provisioning,
  type Provisioning_Step,
} from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { Spinner } from "@/design/Spinner/Spinner";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { toDate } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";

type StepWord = "waiting" | "running" | "done" | "failed" | "skipped";

const WORDS: Partial<Record<Provisioning_Step_State, StepWord>> = {
  [Provisioning_Step_State.RUNNING]: "running",
  [Provisioning_Step_State.DONE]: "done",
  [Provisioning_Step_State.FAILED]: "failed",
  [Provisioning_Step_State.SKIPPED]: "skipped",
};
const KINDS = [
  Provisioning_Step_Kind.PLACE,
  Provisioning_Step_Kind.CREATE_STORE,
  Provisioning_Step_Kind.CREATE_ADMIN,
  Provisioning_Step_Kind.START_PLAN,
  Provisioning_Step_Kind.WELCOME,
  Provisioning_Step_Kind.ACTIVATE,
] as const;

/** The steps of a set-up in their order, each with what has become of it. */
export function ProvisioningTimeline({ provisioning }: { provisioning: Provisioning }): ReactNode {
  const { t } = useTranslation("tenants");
  return (
    <List aria-label={t("provisioning.steps")} aria-live="polite" aria-relevant="text">
      {provisioning.steps.map((step) => (
        <Step key={step.kind} step={step} />
      ))}
    </List>
  );
}

function Step({ step }: { step: Provisioning_Step }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const word = WORDS[step.state] ?? "waiting";
  const kind = KINDS.find((one) => one === step.kind);
  const details = [t(`provisioning.step.${word}`)];
  if (word === "done" && step.startTime !== undefined && step.endTime !== undefined) {
    const seconds = (toDate(step.endTime).getTime() - toDate(step.startTime).getTime()) / 1000;
    details.push(t("provisioning.took", { time: seconds < 1 ? "< 1 s" : format.duration(seconds) }));
  }
  if (step.tries > 1) details.push(t("provisioning.tries", { count: step.tries }));
  return (
    <Item $state={word}>
      <Mark $state={word} aria-hidden>
        {icons[word]}
      </Mark>
      <Words>
        <Text as="span" $weight="medium" $tone={word === "waiting" || word === "skipped" ? "muted" : "text"}>
          {kind === undefined ? t("provisioning.kindUnknown") : t(`provisioning.kind.${kind}`)}
        </Text>
        <Text as="span" $size="small" $tone="muted">
          {details.join(" · ")}
        </Text>
        {step.error !== "" && (
          <Text as="span" $size="small" $tone={word === "failed" ? "danger" : "warning"} dir="auto">
            {step.error}
          </Text>
        )}
      </Words>
    </Item>
  );
}

const icons: Record<StepWord, ReactNode> = {
  waiting: null,
  running: <Spinner size={14} />,
  done: <Check size={14} />,
  failed: <X size={14} />,
  skipped: <Minus size={14} />,
};

const List = styled.ol`
  display: flex;
  flex-direction: column;
`;

const Item = styled.li<{ $state: StepWord }>`
  position: relative;
  display: flex;
  gap: ${theme.space[3]};
  padding-block-end: ${theme.space[4]};
  &:not(:last-child)::before {
    content: "";
    position: absolute;
    inset-block: 1.75rem 0.25rem;
    inset-inline-start: calc(0.75rem - 1px);
    inline-size: 2px;
    border-radius: 1px;
    background: ${({ $state }) => ($state === "done" ? theme.color.success.line : theme.color.border)};
  }
  &:last-child {
    padding-block-end: 0;
  }
`;

const marks: Record<StepWord, { color: string; background: string; line: string }> = {
  waiting: { color: theme.color.faint, background: theme.color.surface, line: theme.color.border },
  running: { color: theme.color.info.text, background: theme.color.info.soft, line: theme.color.info.line },
  done: { color: theme.color.success.text, background: theme.color.success.soft, line: theme.color.success.line },
  failed: { color: theme.color.danger.text, background: theme.color.danger.soft, line: theme.color.danger.line },
  skipped: { color: theme.color.faint, background: theme.color.sunken, line: theme.color.border },
};

const Mark = styled.span<{ $state: StepWord }>`
  display: grid;
  place-items: center;
  flex: none;
  inline-size: 1.5rem;
  block-size: 1.5rem;
  border: 1px solid ${({ $state }) => marks[$state].line};
  border-radius: ${theme.radius.full};
  background: ${({ $state }) => marks[$state].background};
  color: ${({ $state }) => marks[$state].color};
`;

const Words = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.hair};
  min-inline-size: 0;
  padding-block-start: 0.125rem;
  overflow-wrap: anywhere;
`;
