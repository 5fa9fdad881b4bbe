import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { styled } from "styled-components";

import { reportId } from "@/api/errors";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Submission } from "@/api/idempotency";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Card, Inline, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { browserTimeZone } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";

import { answered } from "../answered";
import { useDraft, useKept } from "../draft";
import { atField } from "../fieldFaults";
import { useCreateTenantMutation } from "./api";
import { creationRules, FIELD_OF, FIELDS, STEPS, stepOf, type CreationValues, type Step } from "./creation";
import { AdminStep, CompanyStep, PlanStep, ReviewStep } from "./CreationSteps";
import { slugFault } from "./slug";
import { WizardSteps } from "./WizardSteps";

/** Asks for a new tenant step by step; the step stands in the address. */
export function CreationWizard(): ReactNode {
  const draft = useDraft<CreationValues>("tenant.new");
  // Another key is another form: how "start over" empties it.
  const [round, setRound] = useState(0);
  return (
    <Wizard
      key={round}
      draft={draft}
      onDiscard={() => {
        draft.drop();
        setRound(round + 1);
      }}
    />
  );
}

interface WizardProps {
  draft: ReturnType<typeof useDraft<CreationValues>>;
  onDiscard: () => void;
}

function Wizard({ draft, onDiscard }: WizardProps): ReactNode {
  const { t } = useTranslation("tenants");
  const texts = useErrorText();
  const { locale } = useFormat();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [create] = useCreateTenantMutation();
  const [submission] = useState(() => new Submission());
  const [kept] = useState(draft.read);
  const { form, submit, failure, isSending } = useRequestForm<CreationValues, Tenant>({
    defaultValues: { ...nothing(locale), ...kept },
    rules: creationRules,
    send: async (values) => {
      try {
        return await submission.run(TenantService.method.createTenant, values, (request, options) =>
          answered(create({ ...request, ...options })),
        );
      } catch (error) {
        throw atField(error, FIELD_OF, texts);
      }
    },
    onDone: ({ id }) => {
      draft.drop();
      // In place of the form: going back must not lead to sending it again.
      void navigate(`${paths.to(PLATFORM, "newTenant")}?tenant=${encodeURIComponent(id)}`, { replace: true });
    },
  });
  useKept(form, draft);
  const [reached, setReached] = useState(() => doneBefore(form.getValues()));
  const asked = STEPS.findIndex((step) => step === search.get("step"));
  const index = Math.min(Math.max(asked, 0), reached);
  const at = STEPS[index] ?? "company";
  const go = useCallback(
    (step: Step) => void navigate({ search: step === "company" ? "" : `?step=${step}` }, { preventScrollReset: true }),
    [navigate],
  );
  const next = async (): Promise<void> => {
    const right = await form.trigger([...FIELDS[at]], { shouldFocus: true });
    if (!right) return;
    if (at === "company" && slugFault(form.getValues("slug")) !== undefined) return form.setFocus("slug");
    setReached(Math.max(reached, index + 1));
    go(STEPS[index + 1] ?? "review");
  };
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(at);
  const { errors } = form.formState;
  // What the platform objects to is shown where it was asked for.
  useEffect(() => {
    const wrong = stepOf(Object.keys(errors));
    if (at === "review" && wrong !== undefined) go(wrong);
  }, [errors, at, go]);
  // Another step begins at its heading, or at the first field that is wrong.
  useEffect(() => {
    if (shown.current === at) return;
    shown.current = at;
    const wrong = FIELDS[at].find((field) => form.getFieldState(field).invalid);
    if (wrong === undefined) heading.current?.focus();
    else form.setFocus(wrong);
  }, [at, form]);
  return (
    <Page title={t("create.title")} description={t("create.lead")}>
      <WizardSteps at={at} reached={reached} onGo={go} />
      {kept !== undefined && at === "company" && (
        <Notice
          tone="info"
          actions={
            <Inline>
              <Button size="small" onPress={onDiscard}>
                {t("create.discard")}
              </Button>
            </Inline>
          }
        >
          {t("create.keptDraft")}
        </Notice>
      )}
      {failure !== undefined && (
        <Notice tone="danger" requestId={reportId(failure)}>
          {texts.errorText(failure)}
        </Notice>
      )}
      <Sheet
        as="form"
        noValidate
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault();
          if (at === "review") void submit();
          else void next();
        }}
      >
        <Stack $gap={5}>
          <Stack $gap={1}>
            <Text $size="small" $tone="muted">
              {t("create.stepOf", { at: index + 1, all: STEPS.length })}
            </Text>
            <StepHeading ref={heading} tabIndex={-1}>
              {t(`create.${at}.title`)}
            </StepHeading>
            {at !== "company" && <Text $tone="muted">{t(`create.${at}.lead`)}</Text>}
          </Stack>
          {at === "company" && <CompanyStep form={form} />}
          {at === "plan" && <PlanStep form={form} />}
          {at === "admin" && <AdminStep form={form} />}
          {at === "review" && <ReviewStep values={form.getValues()} onEdit={go} />}
          <Inline $justify="space-between">
            {index === 0 ? (
              <ButtonLink variant="quiet" href={paths.to(PLATFORM, "tenants")}>
                {t("create.cancel")}
              </ButtonLink>
            ) : (
              <Button variant="quiet" onPress={() => go(STEPS[index - 1] ?? "company")}>
                {t("create.back")}
              </Button>
            )}
            <Button type="submit" variant="primary" isPending={isSending}>
              {t(at === "review" ? "create.submit" : "create.next")}
            </Button>
          </Inline>
        </Stack>
      </Sheet>
    </Page>
  );
}

function nothing(locale: string): CreationValues {
  return {
    displayName: "",
    slug: "",
    locale,
    timeZone: browserTimeZone(),
    plan: "",
    adminDisplayName: "",
    adminEmail: "",
  };
}

/** How many steps a draft has been through: those before the first that lacks something. */
function doneBefore(values: CreationValues): number {
  const open = STEPS.findIndex((step) => step !== "review" && FIELDS[step].some((field) => values[field] === ""));
  return open === -1 ? STEPS.length - 1 : open;
}

const Sheet = styled(Card)`
  inline-size: 100%;
  max-inline-size: 46rem;
`;

const StepHeading = styled(Heading)`
  &:focus {
    outline: none;
  }
  &:focus-visible {
    outline: 2px solid ${theme.color.focus};
  }
`;
