import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { answered } from "@/api/answered";
import { reportId } from "@/api/errors";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Submission } from "@/api/idempotency";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Inline, Page } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Wizard } from "@/design/Wizard/Wizard";
import { useAtField } from "@/forms/fieldFaults";
import { useFormSteps } from "@/forms/useFormSteps";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { browserTimeZone } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";

import { useDraft, useKept } from "../draft";
import { useCreateTenantMutation } from "./api";
import { creationRules, FIELD_OF, FORM_STEPS, STEPS, type CreationValues, type Step } from "./creation";
import { AdminStep, CompanyStep, PlanStep, ReviewStep } from "./CreationSteps";
import { slugFault } from "./slug";

/** Asks for a new tenant step by step; the step stands in the address. */
export function CreationWizard(): ReactNode {
  const draft = useDraft<CreationValues>("tenant.new");
  // Another key is another form: how "start over" empties it.
  const [round, setRound] = useState(0);
  return (
    <CreationForm
      key={round}
      draft={draft}
      onDiscard={() => {
        draft.drop();
        setRound(round + 1);
      }}
    />
  );
}

interface CreationFormProps {
  draft: ReturnType<typeof useDraft<CreationValues>>;
  onDiscard: () => void;
}

function CreationForm({ draft, onDiscard }: CreationFormProps): ReactNode {
  const { t } = useTranslation("tenants");
  const texts = useErrorText();
  const atField = useAtField();
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
        throw await atField(error, FIELD_OF);
      }
    },
    onDone: ({ id }) => {
      draft.drop();
      // In place of the form: going back must not lead to sending it again.
      void navigate(`${paths.to(PLATFORM, "newTenant")}?tenant=${encodeURIComponent(id)}`, { replace: true });
    },
  });
  useKept(form, draft);
  const go = useCallback(
    (step: Step) => void navigate({ search: step === "company" ? "" : `?step=${step}` }, { preventScrollReset: true }),
    [navigate],
  );
  const { at, isLast, reached, next } = useFormSteps<Step, CreationValues>({
    form,
    steps: FORM_STEPS,
    at: search.get("step"),
    onGo: go,
    // Reserved names are no affair of the contract's rules; the field says so itself.
    mayLeave: (step) => {
      if (step !== "company" || slugFault(form.getValues("slug")) === undefined) return true;
      form.setFocus("slug");
      return false;
    },
  });
  return (
    <Page title={t("create.title")} description={t("create.lead")}>
      <Wizard
        label={t("create.steps")}
        steps={STEPS.map((id) => ({ id, label: t(`create.step.${id}`) }))}
        at={at}
        reached={reached}
        onGo={go}
        title={t(`create.${at}.title`)}
        lead={at === "company" ? undefined : t(`create.${at}.lead`)}
        onNext={() => void (isLast ? submit() : next())}
        finishLabel={t("create.submit")}
        isSending={isSending}
        leave={
          <ButtonLink variant="quiet" href={paths.to(PLATFORM, "tenants")}>
            {t("create.cancel")}
          </ButtonLink>
        }
        notices={
          <>
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
          </>
        }
      >
        {at === "company" && <CompanyStep form={form} />}
        {at === "plan" && <PlanStep form={form} />}
        {at === "admin" && <AdminStep form={form} />}
        {at === "review" && <ReviewStep values={form.getValues()} onEdit={go} />}
      </Wizard>
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
