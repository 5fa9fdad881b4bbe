import { toJsonString, create as make, fromJsonString } from "@bufbuild/protobuf";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useController, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { answered } from "@/api/answered";
import { reportId } from "@/api/errors";
import { Plan_State, PlanTermsSchema, type Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { PlanService } from "@/api/gen/atrium/billing/v1/plan_service_pb";
import { Submission } from "@/api/idempotency";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { DatePicker } from "@/design/DatePicker/DatePicker";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Card, Grid, Inline, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { NoPermission } from "@/design/states/states";
import { TextArea } from "@/design/TextArea/TextArea";
import { toast } from "@/design/Toast/toast";
import { Heading, Text } from "@/design/typography/typography";
import { useAtField } from "@/forms/fieldFaults";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useFieldError } from "@/forms/useFieldError";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useCrumb } from "@/routing/crumb";
import { paths } from "@/routing/paths";
import { useLeaving } from "@/routing/useLeaving";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { FormCount } from "../../fields/FormCount";
import { FormSwitch } from "../../fields/FormSwitch";
import { Asked } from "../../parts/Asked";
import { beginningOf } from "../../parts/days";
import { useCreatePlanMutation, useGetPlanQuery, useUpdatePlanMutation } from "../api";
import { Simulator } from "../Simulator";
import { BookFields } from "./BookFields";
import { faultsOf } from "./faults";
import { Faults } from "./Faults";
import { FeatureFields } from "./FeatureFields";
import { LimitFields } from "./LimitFields";
import { newTerms, valuesOf, type PlanValues } from "./terms";

/** Makes a plan. */
export function NewPlanPage(): ReactNode {
  const { t } = useTranslation("plans");
  const can = useCan();
  if (!can(PlanService.method.createPlan))
    return (
      <Page title={t("editor.newTitle")}>
        <NoPermission permission="plans.manage" />
      </Page>
    );
  return <Editor />;
}

/** Changes a draft, or gives a published plan a new version. */
export function PlanEditorPage(): ReactNode {
  const { t } = useTranslation("plans");
  const can = useCan();
  const { id = "" } = useParams();
  const may = can(PlanService.method.updatePlan);
  const query = useGetPlanQuery({ id }, { skip: !may, refetchOnMountOrArgChange: true });
  // The plan as it was when editing began: what comes later must not take away what was typed.
  const [begun, setBegun] = useState<{ plan: Plan; round: number }>();
  if (begun === undefined && query.data !== undefined && !query.isFetching) setBegun({ plan: query.data, round: 0 });
  useCrumb(begun?.plan.terms?.displayName);
  const reload = async (): Promise<void> => {
    const { data } = await query.refetch();
    if (data !== undefined) setBegun((before) => ({ plan: data, round: (before?.round ?? 0) + 1 }));
  };
  if (begun === undefined)
    return (
      <Page title={t("editor.title", { name: id })}>
        {may ? (
          <Asked query={{ ...query, data: undefined }} label={t("detail.loading")} lines={10}>
            {() => null}
          </Asked>
        ) : (
          <NoPermission permission="plans.manage" />
        )}
      </Page>
    );
  return <Editor key={begun.round} plan={begun.plan} onReload={() => void reload()} />;
}

interface EditorProps {
  plan?: Plan;
  onReload?: () => void;
}

const requestOf = ({ terms, effectiveTime }: PlanValues) => {
  const moment = beginningOf(effectiveTime);
  return { terms, ...(moment === undefined ? {} : { effectiveTime: moment }) };
};
const createRules = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/plan_service_pb")).CreatePlanRequestSchema,
  ({ id, terms }: PlanValues) => ({ id, terms }),
);
const updateRules = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/plan_service_pb")).UpdatePlanRequestSchema,
  (values: PlanValues) => ({ ...requestOf(values), id: "plan" }),
);

function Editor({ plan, onReload }: EditorProps): ReactNode {
  const { t } = useTranslation("plans");
  const texts = useErrorText();
  const atField = useAtField();
  const navigate = useNavigate();
  const draft = useTermsDraft(plan?.id ?? "new");
  const [create] = useCreatePlanMutation();
  const [update] = useUpdatePlanMutation();
  const [submission] = useState(() => new Submission());
  const [kept] = useState(draft.read);
  const [isSaved, setSaved] = useState(false);
  const start = plan?.nextTerms ?? plan?.terms;
  const { form, submit, failure, isSending } = useRequestForm<PlanValues, Plan>({
    defaultValues: {
      id: "",
      terms: start === undefined ? newTerms() : valuesOf(start),
      effectiveTime: "",
    },
    rules: plan === undefined ? createRules : updateRules,
    send: async (values) => {
      try {
        if (plan !== undefined) return await answered(update({ id: plan.id, etag: plan.etag, ...requestOf(values) }));
        return await submission.run(
          PlanService.method.createPlan,
          { id: values.id, terms: values.terms },
          (request, options) => answered(create({ ...request, ...options })),
        );
      } catch (error) {
        throw await atField(error, { PLAN_TAKEN: "id" });
      }
    },
    onDone: (saved) => {
      draft.drop();
      setSaved(true);
      toast({
        tone: "success",
        title: t(plan === undefined ? "editor.created" : "editor.saved", {
          name: saved.terms?.displayName ?? saved.id,
        }),
      });
    },
  });
  useEffect(
    () => form.subscribe({ formState: { values: true }, callback: ({ values }) => draft.keep(values) }),
    [form, draft],
  );
  const { isDirty, errors, isSubmitted } = form.formState;
  const leaving = useLeaving(isDirty && !isSaved);
  // After the line above: once it is saved nothing is lost by leaving, and nobody is asked.
  useEffect(() => {
    if (!isSaved) return;
    void navigate(plan === undefined ? paths.to(PLATFORM, "plans") : paths.to(PLATFORM, "plan", { id: plan.id }));
  }, [isSaved, navigate, plan]);
  const faults = isSubmitted ? faultsOf(errors) : [];
  const published = plan !== undefined && plan.state !== Plan_State.DRAFT;
  return (
    <Page
      title={
        plan === undefined ? t("editor.newTitle") : t("editor.title", { name: plan.terms?.displayName ?? plan.id })
      }
      description={t(published ? "editor.leadVersion" : "editor.lead")}
    >
      {kept !== undefined && !isDirty && (
        <Notice
          tone="info"
          actions={
            <Inline>
              <Button size="small" onPress={() => form.reset(kept, { keepDefaultValues: true })}>
                {t("editor.takeDraft")}
              </Button>
              <Button size="small" variant="quiet" onPress={draft.drop}>
                {t("editor.dropDraft")}
              </Button>
            </Inline>
          }
        >
          {t("editor.draft")}
        </Notice>
      )}
      <Stack as="form" $gap={5} noValidate onSubmit={(event) => void submit(event)}>
        {failure !== undefined && (
          <Notice
            tone="danger"
            requestId={reportId(failure)}
            actions={
              failure.reason === "ETAG_STALE" &&
              onReload !== undefined && (
                <div>
                  <Button size="small" onPress={onReload}>
                    {t("editor.reload")}
                  </Button>
                </div>
              )
            }
          >
            {texts.errorText(failure)}
          </Notice>
        )}
        {faults.length > 0 && <Faults faults={faults} />}
        <About form={form} isNew={plan === undefined} />
        <Section title={t("selector.group.limits")} lead={t("editor.limitsLead")}>
          <LimitFields form={form} />
        </Section>
        <Section title={t("selector.group.features")} lead={t("editor.featuresLead")}>
          <FeatureFields form={form} />
        </Section>
        <Section title={t("terms.prices")} lead={t("editor.pricesLead")}>
          <BookFields form={form} />
        </Section>
        {published && <Effective form={form} />}
        <Inline $justify="end">
          <ButtonLink
            variant="quiet"
            href={plan === undefined ? paths.to(PLATFORM, "plans") : paths.to(PLATFORM, "plan", { id: plan.id })}
          >
            {t("editor.cancel")}
          </ButtonLink>
          <Button type="submit" variant="primary" isPending={isSending}>
            {t(plan === undefined ? "editor.create" : published ? "editor.saveVersion" : "editor.save")}
          </Button>
        </Inline>
      </Stack>
      <Preview form={form} />
      <ConfirmDialog
        isOpen={leaving.isAsking}
        onOpenChange={(open) => !open && leaving.stay()}
        title={t("editor.leaveTitle")}
        confirmLabel={t("editor.leave")}
        onConfirm={leaving.leave}
      >
        {t("editor.leaveLead")}
      </ConfirmDialog>
    </Page>
  );
}

/** Draws anew with every change of a price, which the rest of the page need not. */
function Preview({ form }: { form: UseFormReturn<PlanValues> }): ReactNode {
  form.watch("terms.priceBooks");
  // A copy: what is asked of the platform is frozen by the store, and the form goes on being written.
  return <Simulator termsNow={() => structuredClone(form.getValues("terms"))} />;
}

interface SectionProps {
  title: string;
  lead: string;
  children: ReactNode;
}

function Section({ title, lead, children }: SectionProps): ReactNode {
  return (
    <Card>
      <Stack>
        <Stack $gap="hair">
          <Heading $size="medium">{title}</Heading>
          <Text $size="small" $tone="muted">
            {lead}
          </Text>
        </Stack>
        {children}
      </Stack>
    </Card>
  );
}

function About({ form, isNew }: { form: UseFormReturn<PlanValues>; isNew: boolean }): ReactNode {
  const { t } = useTranslation("plans");
  const { control } = form;
  const { field, fieldState } = useController({ control, name: "terms.description" });
  const error = useFieldError(fieldState.error);
  const trialDays = form.watch("terms.trialDays");
  return (
    <Section title={t("terms.about")} lead={t("editor.aboutLead")}>
      <Grid $least="15rem">
        <FormTextField
          control={control}
          name="terms.displayName"
          label={t("terms.name")}
          autoComplete="off"
          maxLength={80}
        />
        {isNew && (
          <FormTextField
            control={control}
            name="id"
            label={t("list.id")}
            description={t("editor.idHint")}
            optional
            autoComplete="off"
            maxLength={40}
          />
        )}
      </Grid>
      <TextArea
        label={t("terms.description")}
        rows={2}
        limit={500}
        value={field.value}
        onChange={field.onChange}
        onBlur={field.onBlur}
        error={error}
      />
      <Grid $least="13rem">
        <FormCount control={control} name="terms.trialDays" label={t("editor.trialDays")} max={365} />
        <FormTextField
          control={control}
          name="terms.tier"
          label={t("terms.tier")}
          description={t("editor.tierHint")}
          autoComplete="off"
        />
        <FormCount
          control={control}
          name="terms.rank"
          label={t("terms.rank")}
          description={t("editor.rankHint")}
          max={1000}
        />
      </Grid>
      <FormSwitch
        control={control}
        name="terms.trialWithoutMethod"
        label={t("editor.trialWithoutMethod")}
        isDisabled={trialDays === 0}
      />
      <FormSwitch control={control} name="terms.ownDatabase" label={t("editor.ownDatabase")} />
    </Section>
  );
}

function Effective({ form: { control } }: { form: UseFormReturn<PlanValues> }): ReactNode {
  const { t } = useTranslation("plans");
  const { field, fieldState } = useController({ control, name: "effectiveTime" });
  const error = useFieldError(fieldState.error);
  const [tomorrow] = useState(() => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  return (
    <Section title={t("editor.effective")} lead={t("editor.effectiveLead")}>
      <Grid $least="15rem">
        <DatePicker
          label={t("versions.effective")}
          description={t("editor.effectiveHint")}
          optional
          min={tomorrow}
          value={field.value === "" ? null : field.value}
          onChange={(day) => field.onChange(day ?? "")}
          onBlur={field.onBlur}
          error={error}
        />
      </Grid>
    </Section>
  );
}

/** Terms that are being written, kept in this tab over a session's end, under the person's id. */
function useTermsDraft(name: string) {
  const { user } = useMe();
  const key = `atrium.draft.${user?.id ?? ""}.plan.${name}`;
  return useMemo(
    () => ({
      read: (): PlanValues | undefined => {
        const text = sessionStorage.getItem(key);
        if (text === null) return undefined;
        try {
          const { id, effectiveTime, terms } = JSON.parse(text) as Record<string, string>;
          return {
            id: id ?? "",
            effectiveTime: effectiveTime ?? "",
            terms: valuesOf(fromJsonString(PlanTermsSchema, terms ?? "")),
          };
        } catch {
          return undefined;
        }
      },
      keep: ({ id, effectiveTime, terms }: PlanValues): void => {
        // In the contract's own JSON, for the store of a browser keeps no bigints.
        const written = toJsonString(PlanTermsSchema, make(PlanTermsSchema, terms));
        sessionStorage.setItem(key, JSON.stringify({ id, effectiveTime, terms: written }));
      },
      drop: (): void => sessionStorage.removeItem(key),
    }),
    [key],
  );
}
