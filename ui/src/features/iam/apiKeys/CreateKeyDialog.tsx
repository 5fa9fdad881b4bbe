import { useState, type ReactNode } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { ApiKeyService, type CreateApiKeyResponse } from "@/api/gen/atrium/iam/v1/api_key_service_pb";
import { Submission } from "@/api/idempotency";
import { Button } from "@/design/Button/Button";
import { CopyField } from "@/design/CopyField/CopyField";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Select } from "@/design/Select/Select";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useClient } from "@/session/useClient";

import { useScope } from "../scope/ScopeProvider";
import { ScopeChoice } from "./ScopeChoice";

interface Values {
  displayName: string;
  permissions: string[];
  days: string;
}

interface CreateKeyDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onCreated: () => void;
}

const DAYS = ["7", "30", "90", "365"] as const;
const DAY_SECONDS = 86_400;

const requestOf = ({ displayName, permissions, days }: Values) => ({
  displayName,
  permissions,
  expireTime: { seconds: BigInt(Math.floor(Date.now() / 1000) + Number(days) * DAY_SECONDS), nanos: 0 },
});
const checked = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/api_key_service_pb")).CreateApiKeyRequestSchema,
  requestOf,
);

/** Makes a key and shows its secret, this once. */
export function CreateKeyDialog({ isOpen, onClose, onCreated }: CreateKeyDialogProps): ReactNode {
  const { t } = useTranslation("apiKeys");
  const [made, setMade] = useState<CreateApiKeyResponse>();
  const [count, setCount] = useState(0);
  const close = (): void => {
    onClose();
    if (made === undefined) return;
    setMade(undefined);
    // The next key is another form.
    setCount(count + 1);
  };
  if (made !== undefined)
    return (
      <Dialog
        isOpen={isOpen}
        // The secret is shown this once: it is not to be lost by a press beside the dialog.
        isBusy
        onOpenChange={close}
        title={t("secret.title")}
        footer={
          <Button variant="primary" onPress={close}>
            {t("secret.kept")}
          </Button>
        }
      >
        <Stack>
          <Notice tone="warning">{t("secret.text")}</Notice>
          <CopyField label={made.apiKey?.displayName ?? ""} value={made.secret} secret />
        </Stack>
      </Dialog>
    );
  return (
    <CreateForm
      key={count}
      isOpen={isOpen}
      onClose={onClose}
      onMade={(answer) => {
        setMade(answer);
        onCreated();
      }}
    />
  );
}

interface CreateFormProps {
  isOpen: boolean;
  onClose: () => void;
  onMade: (answer: CreateApiKeyResponse) => void;
}

function CreateForm({ isOpen, onClose, onMade }: CreateFormProps): ReactNode {
  const { t } = useTranslation("apiKeys");
  const { errorText } = useErrorText();
  const { tenantId } = useScope();
  const client = useClient(ApiKeyService);
  const [submission] = useState(() => new Submission());
  const { control, submit, failure, isSending } = useRequestForm<Values, CreateApiKeyResponse>({
    defaultValues: { displayName: "", permissions: [], days: "90" },
    rules: checked,
    send: (values) =>
      submission.run(ApiKeyService.method.createApiKey, { ...requestOf(values), tenantId }, client.createApiKey),
    onDone: onMade,
  });
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("create.title")}
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" onPress={onClose} isDisabled={isSending}>
            {t("cancel")}
          </Button>
          <Button type="submit" variant="primary" isPending={isSending}>
            {t("create.do")}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <FormTextField
          control={control}
          name="displayName"
          label={t("name")}
          description={t("create.nameHint")}
          autoComplete="off"
        />
        <Controller
          control={control}
          name="days"
          render={({ field }) => (
            <Select
              label={t("create.lasts")}
              value={field.value}
              onChange={field.onChange}
              options={DAYS.map((days) => ({ id: days, label: t("create.days", { count: Number(days) }) }))}
            />
          )}
        />
        <Controller
          control={control}
          name="permissions"
          render={({ field, fieldState }) => (
            <ScopeChoice
              value={field.value}
              onChange={field.onChange}
              error={fieldState.error === undefined ? undefined : t("create.chooseScopes")}
            />
          )}
        />
      </Stack>
    </Dialog>
  );
}
