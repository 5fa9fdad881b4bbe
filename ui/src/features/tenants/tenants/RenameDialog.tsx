import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { reportId } from "@/api/errors";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { toast } from "@/design/Toast/toast";
import { useAtField } from "@/forms/fieldFaults";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";

import { useUpdateTenantMutation } from "./api";
import { FormSlugField } from "./FormSlugField";

interface Values {
  displayName: string;
  slug: string;
}

const naming = rules(
  async () => (await import("@/api/rules/atrium/tenants/v1/tenant_service_pb")).UpdateTenantRequestSchema,
  (values: Values) => ({ ...values, id: "the one of the page" }),
);

interface RenameDialogProps {
  tenant: Tenant;
  onClose: () => void;
}

/** Another name for a tenant, and another address for its people. */
export function RenameDialog({ tenant, onClose }: RenameDialogProps): ReactNode {
  const { t } = useTranslation("tenants");
  const texts = useErrorText();
  const atField = useAtField();
  const [update] = useUpdateTenantMutation();
  const { id, etag, displayName, slug } = tenant;
  const { form, control, submit, failure, isSending } = useRequestForm<Values, Tenant>({
    defaultValues: { displayName, slug },
    rules: naming,
    send: async (values) => {
      try {
        return await answered(update({ id, etag, ...values }));
      } catch (error) {
        throw await atField(error, { SLUG_TAKEN: "slug", SLUG_RESERVED: "slug" });
      }
    },
    onDone: () => {
      toast({ tone: "success", title: t("settings.saved") });
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("detail.renameTitle", { name: displayName })}
      description={t("detail.renameLead")}
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" isDisabled={isSending} onPress={onClose}>
            {t("danger.cancel")}
          </Button>
          <Button type="submit" variant="primary" isPending={isSending}>
            {t("detail.rename")}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {texts.errorText(failure)}
          </Notice>
        )}
        <FormTextField
          control={control}
          name="displayName"
          label={t("create.company.name")}
          autoComplete="off"
          maxLength={120}
        />
        <FormSlugField
          form={form}
          name="slug"
          label={t("create.company.slug")}
          description={t("create.company.slugHint")}
          faultText={(fault) => t(`create.slugFault.${fault}`)}
        />
      </Stack>
    </Dialog>
  );
}
