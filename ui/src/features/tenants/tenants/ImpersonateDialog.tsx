import { create } from "@bufbuild/protobuf";
import { use, useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { answered } from "@/api/answered";
import { reportId } from "@/api/errors";
import { SignedInSchema } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { User_Status } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService, type ImpersonateTenantResponse } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Submission } from "@/api/idempotency";
import { Button } from "@/design/Button/Button";
import { ComboBox, type LoadOptions } from "@/design/ComboBox/ComboBox";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { FormSelect } from "@/forms/FormSelect";
import { FormSwitch } from "@/forms/FormSwitch";
import { FormTextArea } from "@/forms/FormTextArea";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { SessionsContext } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { useImpersonateTenantMutation } from "./api";

interface Values {
  /** Empty for the first administrator. */
  userId: string;
  reason: string;
  durationMinutes: string;
  mayWrite: boolean;
}

const MINUTES = [5, 15, 30];
/** A few that fit are enough to find somebody by name. */
const FEW = 20;

const toRequest = ({ durationMinutes, ...values }: Values, id: string) => ({
  ...values,
  id,
  reason: values.reason.trim(),
  durationMinutes: Number(durationMinutes),
});
const impersonation = rules(
  async () => (await import("@/api/rules/atrium/tenants/v1/tenant_service_pb")).ImpersonateTenantRequestSchema,
  (values: Values) => toRequest(values, "the one of the page"),
);

interface ImpersonateDialogProps {
  tenant: Tenant;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

/** Asks why, for whom and for how long, then goes to the portal as that person. */
export function ImpersonateDialog({ tenant, isOpen, onOpenChange }: ImpersonateDialogProps): ReactNode {
  return isOpen && <Question tenant={tenant} onOpenChange={onOpenChange} />;
}

function Question({ tenant, onOpenChange }: Omit<ImpersonateDialogProps, "isOpen">): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const can = useCan();
  const navigate = useNavigate();
  const sessions = use(SessionsContext);
  const [impersonate] = useImpersonateTenantMutation();
  const [submission] = useState(() => new Submission());
  const firstAdmin = { id: "", label: t("danger.impersonate.firstAdmin"), description: tenant.adminEmail };
  const [person, setPerson] = useState<{ id: string; label: string } | null>(firstAdmin);
  const loadPeople = usePeople(tenant.id, firstAdmin);
  const { form, control, submit, failure, isSending } = useRequestForm<Values, ImpersonateTenantResponse>({
    defaultValues: { userId: "", reason: "", durationMinutes: "15", mayWrite: false },
    rules: impersonation,
    send: (values) =>
      submission.run(TenantService.method.impersonateTenant, toRequest(values, tenant.id), (request, options) =>
        answered(impersonate({ ...request, ...options })),
      ),
    onDone: ({ accessToken, expireTime, sessionId, userId, tenant: slug }) => {
      const signedIn = create(SignedInSchema, {
        accessToken,
        sessionId,
        user: { id: userId },
        ...(expireTime === undefined ? {} : { accessExpireTime: expireTime }),
      });
      // In this tab only, and no longer than its token: nothing of it is kept.
      sessions(slug).adopt(signedIn, { continues: false });
      void navigate(paths.area(slug));
    },
  });
  return (
    <Dialog
      isOpen
      onOpenChange={onOpenChange}
      title={t("danger.impersonate.dialog", { name: tenant.displayName })}
      description={t("danger.impersonate.text")}
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" isDisabled={isSending} onPress={() => onOpenChange(false)}>
            {t("danger.cancel")}
          </Button>
          <Button type="submit" variant="primary" isPending={isSending}>
            {t("danger.impersonate.submit")}
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
        {can(UserService.method.listUsers) && (
          <ComboBox
            label={t("danger.impersonate.user")}
            load={loadPeople}
            value={person}
            onChange={(option) => {
              setPerson(option);
              form.setValue("userId", option?.id ?? "");
            }}
          />
        )}
        <FormTextArea
          control={control}
          name="reason"
          label={t("danger.impersonate.reason")}
          description={t("danger.impersonate.reasonHint")}
          maxLength={500}
        />
        <FormSelect
          control={control}
          name="durationMinutes"
          label={t("danger.impersonate.duration")}
          options={MINUTES.map((count) => ({ id: String(count), label: t("danger.impersonate.minutes", { count }) }))}
        />
        <FormSwitch
          control={control}
          name="mayWrite"
          label={t("danger.impersonate.write")}
          description={t("danger.impersonate.writeHint")}
        />
      </Stack>
    </Dialog>
  );
}

/** Finds active people of a tenant; the first administrator is always among them. */
function usePeople(tenantId: string, first: { id: string; label: string }): LoadOptions {
  const users = useClient(UserService);
  const { id, label } = first;
  return useCallback<LoadOptions>(
    async (query, signal) => {
      const { users: found } = await users.listUsers(
        { tenantId, query, statuses: [User_Status.ACTIVE], pageSize: FEW },
        { signal },
      );
      return [
        { id, label },
        ...found.map((user) => ({ id: user.id, label: user.displayName, description: user.email })),
      ];
    },
    [users, tenantId, id, label],
  );
}
