import { useEffect, useMemo, useRef, type ReactNode } from "react";
import type { FieldValues, UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { reportId, type ApiError } from "@/api/errors";
import type { TenantSettings } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { Heading, Text } from "@/design/typography/typography";
import { useAtField } from "@/forms/fieldFaults";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";

import { useGetTenantSettingsQuery, useUpdateTenantSettingsMutation } from "./api";
import { BrandingFields } from "./BrandingFields";
import { RegionFields } from "./RegionFields";
import { SecurityFields } from "./SecurityFields";
import { brandingOf, changeOf, regionOf, securityOf } from "./settings";

interface TenantSettingsFormsProps {
  tenantId: string;
  /** Why nothing may be changed; undefined when it may. */
  readOnlyReason?: string | undefined;
  /** Told after each change that was saved. */
  onSaved?: () => void;
}

/** All settings of a tenant: a form for each part, saved by itself. */
export function TenantSettingsForms({ tenantId, readOnlyReason, onSaved }: TenantSettingsFormsProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { data, error, isFetching, refetch } = useGetTenantSettingsQuery({ tenantId });
  if (data === undefined)
    return error === undefined ? (
      <Loading label={t("settings.loading")}>
        <SkeletonText lines={8} />
      </Loading>
    ) : (
      <ErrorState
        failure={error}
        requestId={isFailure(error) ? reportId(error) : undefined}
        onRetry={() => void refetch()}
        isRetrying={isFetching}
      />
    );
  const part = { settings: data, isDisabled: readOnlyReason !== undefined, onSaved, onReload: () => void refetch() };
  return (
    <Stack $gap={5}>
      {readOnlyReason !== undefined && <Notice tone="info">{readOnlyReason}</Notice>}
      <Part {...part} name="branding" read={brandingOf}>
        {(form) => <BrandingFields form={form} isDisabled={part.isDisabled} />}
      </Part>
      <Part {...part} name="region" read={regionOf}>
        {(form) => <RegionFields form={form} isDisabled={part.isDisabled} />}
      </Part>
      <Part {...part} name="security" read={securityOf}>
        {(form) => <SecurityFields form={form} isDisabled={part.isDisabled} />}
      </Part>
    </Stack>
  );
}

interface PartProps<V extends FieldValues> {
  name: "branding" | "region" | "security";
  settings: TenantSettings;
  isDisabled: boolean;
  /** The part's values as the platform has them. */
  read: (settings: TenantSettings) => V;
  onSaved: (() => void) | undefined;
  onReload: () => void;
  children: (form: UseFormReturn<V>) => ReactNode;
}

function Part<V extends FieldValues>({
  name,
  settings,
  isDisabled,
  read,
  onSaved,
  onReload,
  children,
}: PartProps<V>): ReactNode {
  const { t } = useTranslation("tenants");
  const atField = useAtField();
  const [update] = useUpdateTenantSettingsMutation();
  const { tenantId, etag } = settings;
  const before = useMemo(() => read(settings), [read, settings]);
  const { form, submit, failure, isSending } = useRequestForm<V, TenantSettings>({
    defaultValues: before as never,
    rules: RULES,
    send: async (values) => {
      try {
        return await answered(update({ tenantId, etag, ...changeOf(before, values) }));
      } catch (error) {
        throw await atField(error, { LOGO_REFUSED: "logo" });
      }
    },
    onDone: (answer) => {
      form.reset(read(answer));
      toast({ tone: "success", title: t("settings.saved") });
      onSaved?.();
    },
  });
  const { isDirty } = form.formState;
  // What somebody else has changed is taken over where nothing is being written.
  const known = useRef(before);
  useEffect(() => {
    if (known.current === before) return;
    known.current = before;
    form.reset(before, { keepDirtyValues: true });
  }, [before, form]);
  return (
    <Card
      as="form"
      id={name}
      aria-labelledby={`${name}-title`}
      noValidate
      onSubmit={(event) => void submit(event as never)}
    >
      <Stack $gap={5}>
        <Stack $gap={1}>
          <Heading id={`${name}-title`}>{t(`settings.${name}.title`)}</Heading>
          <Text $tone="muted">{t(`settings.${name}.lead`)}</Text>
        </Stack>
        {failure !== undefined && <Failed failure={failure} onReload={onReload} />}
        {children(form)}
        {!isDisabled && (
          <Inline>
            <Button type="submit" variant="primary" isPending={isSending} isDisabled={!isDirty}>
              {t("settings.save")}
            </Button>
            {isDirty && (
              <Button variant="quiet" isDisabled={isSending} onPress={() => form.reset(before)}>
                {t("settings.reset")}
              </Button>
            )}
          </Inline>
        )}
      </Stack>
    </Card>
  );
}

/** Why it was not saved; somebody else's change is loaded at a press. */
function Failed({ failure, onReload }: { failure: ApiError; onReload: () => void }): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const stale = failure.reason === "ETAG_STALE";
  return (
    <Notice
      tone={stale ? "warning" : "danger"}
      requestId={reportId(failure)}
      actions={
        stale && (
          <Inline>
            <Button size="small" onPress={onReload}>
              {t("settings.reload")}
            </Button>
          </Inline>
        )
      }
    >
      {stale ? t("settings.stale") : errorText(failure)}
    </Notice>
  );
}

/** The platform's rules for any part: what is not in its form is left out of the request, and so of the check. */
const RULES = rules(
  async () =>
    (await import("@/api/rules/atrium/tenants/v1/tenant_settings_service_pb")).UpdateTenantSettingsRequestSchema,
  (values: object) => ({ tenantId: "the one of the page", ...changeOf({}, values) }),
);
