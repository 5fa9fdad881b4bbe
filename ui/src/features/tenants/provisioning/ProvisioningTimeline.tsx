import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import {
  Provisioning_Step_Kind,
  Provisioning_Step_State,
  type Provisioning,
  type Provisioning_Step,
} from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { Timeline, type TimelineEntry } from "@/design/Timeline/Timeline";
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
  const entryOf = useEntry();
  return <Timeline live label={t("provisioning.steps")} entries={provisioning.steps.map((step) => entryOf(step))} />;
}

function useEntry(): (step: Provisioning_Step) => TimelineEntry {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  return ({ kind, state, tries, error, startTime, endTime }) => {
    const word = WORDS[state] ?? "waiting";
    const known = KINDS.find((one) => one === kind);
    const details = [t(`provisioning.step.${word}`)];
    if (word === "done" && startTime !== undefined && endTime !== undefined) {
      const seconds = (toDate(endTime).getTime() - toDate(startTime).getTime()) / 1000;
      details.push(t("provisioning.took", { time: seconds < 1 ? "< 1 s" : format.duration(seconds) }));
    }
    if (tries > 1) details.push(t("provisioning.tries", { count: tries }));
    return {
      id: String(kind),
      title: known === undefined ? t("provisioning.kindUnknown") : t(`provisioning.kind.${known}`),
      state: word,
      details: details.join(" · "),
      problem: error,
      ...(endTime === undefined || word === "waiting" ? {} : { time: format.time(endTime) }),
    };
  };
}
