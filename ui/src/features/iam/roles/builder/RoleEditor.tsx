import { useState, type ReactNode } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { styled } from "styled-components";

import { ApiError, reportId } from "@/api/errors";
import type { Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { Submission } from "@/api/idempotency";
import { Button } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Select } from "@/design/Select/Select";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { breakpoints } from "@/design/tokens";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useFieldError } from "@/forms/useFieldError";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useLeaving } from "@/routing/useLeaving";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { PlanGap } from "../../plan/PlanGap";
import { usePlanLacks } from "../../plan/PlanProvider";
import { SaveBar } from "../../SaveBar";
import { useScope } from "../../scope/ScopeProvider";
import { covers, possibleParents, rebase, tidy } from "../grants";
import { useRoles } from "../RolesProvider";
import { Catalogue } from "./Catalogue";
import { RolePanel } from "./RolePanel";
import { useComposition } from "./useComposition";
import { changesOf, valuesOf, type RoleValues } from "./values";

interface RoleEditorProps {
  /** The role as it was saved last; undefined for a new one. */
  role: Role | undefined;
  /** What a new one begins with. */
  template: Role | undefined;
  roles: readonly Role[];
  catalogue: readonly Permission[];
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/role_service_pb")).CreateRoleRequestSchema,
  (values: RoleValues) => values,
);

/** Composes a role. Built-in roles, and those of others, can be looked at. */
export function RoleEditor({ role, template, roles, catalogue }: RoleEditorProps): ReactNode {
  const { t } = useTranslation("roles");
  const { errorText } = useErrorText();
  const { tenantId, to } = useScope();
  const { put } = useRoles();
  const can = useCan();
  const lacks = usePlanLacks();
  const client = useClient(RoleService);
  const navigate = useNavigate();
  const [saved, setSaved] = useState(role);
  const [submission] = useState(() => new Submission());
  const [conflict, setConflict] = useState<Role>();
  const isNew = saved === undefined;

  const { form, control, submit, failure, isSending } = useRequestForm<RoleValues, Role>({
    defaultValues: template === undefined ? valuesOf(saved) : { ...valuesOf(template), displayName: "" },
    rules: checked,
    send: async (values) => {
      const permissions = tidy(values.permissions);
      if (saved === undefined)
        return submission.run(RoleService.method.createRole, { ...values, permissions, tenantId }, client.createRole);
      const { fields } = changesOf(valuesOf(saved), { ...values, permissions });
      try {
        return await client.updateRole({ id: saved.id, tenantId, etag: saved.etag, ...fields });
      } catch (error) {
        // Somebody else was faster: both are shown, and the person decides.
        if (error instanceof ApiError && error.reason === "ETAG_STALE")
          setConflict(await client.getRole({ id: saved.id, tenantId }));
        throw error;
      }
    },
    onDone: async (answer) => {
      put(answer);
      form.reset(valuesOf(answer));
      setSaved(answer);
      setConflict(undefined);
      toast({ tone: "success", title: t(isNew ? "builder.created" : "builder.saved", { name: answer.displayName }) });
      if (isNew) await navigate(to("role", { id: answer.id }), { replace: true });
    },
  });
  const values = form.watch();
  const composition = useComposition(values, saved, roles, catalogue);
  const changes = changesOf(valuesOf(saved), values);
  const unsaved = isNew ? form.formState.isDirty : changes.any;
  const leaving = useLeaving(unsaved && !isSending && !form.formState.isSubmitSuccessful);
  const permissionError = useFieldError(form.formState.errors.permissions?.root ?? undefined);

  const method = isNew ? RoleService.method.createRole : RoleService.method.updateRole;
  const builtIn = saved?.builtIn === true;
  const fixed = builtIn
    ? t("builder.builtIn")
    : !can(method)
      ? t("builder.notAllowed")
      : lacks(method)
        ? t("builder.notInPlan")
        : undefined;
  const setPermissions = (next: Iterable<string>): void =>
    form.setValue("permissions", [...new Set(next)].toSorted(), { shouldDirty: true });
  const add = (patterns: string[]): void => {
    const fit = patterns.filter((one) => composition.lacking(one) === undefined);
    // A wildcard takes the place of what it covers.
    const kept = values.permissions.filter((own) => !fit.some((one) => one !== own && covers(one, own) && own !== "*"));
    setPermissions([...kept, ...fit]);
  };
  const remove = (patterns: string[]): void =>
    setPermissions(values.permissions.filter((own) => !patterns.includes(own)));
  const unknown = values.permissions.filter((one) => one !== "*" && !catalogue.some(({ id }) => covers(one, id)));
  const takeNewest = (): void => {
    if (conflict === undefined || saved === undefined) return;
    const [before, newest] = [valuesOf(saved), valuesOf(conflict)];
    const mine = changesOf(before, values).fields;
    form.reset(newest);
    for (const field of ["displayName", "description", "parentId"] as const)
      if (mine[field] !== undefined) form.setValue(field, mine[field], { shouldDirty: true });
    setPermissions(rebase(before.permissions, values.permissions, newest.permissions));
    put(conflict);
    setSaved(conflict);
    setConflict(undefined);
  };
  const parents = possibleParents(saved?.id ?? "", roles);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack $gap={5}>
        {builtIn && <Notice tone="info">{t("builder.builtIn")}</Notice>}
        {!builtIn && lacks(method) && <PlanGap what="roles" />}
        {failure !== undefined && conflict === undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        {permissionError !== undefined && <Notice tone="danger">{permissionError}</Notice>}
        {conflict !== undefined && (
          <Notice
            tone="warning"
            title={t("conflict.title")}
            actions={
              <Inline>
                <Button size="small" onPress={takeNewest}>
                  {t("conflict.keep")}
                </Button>
              </Inline>
            }
          >
            {t("conflict.text")}
          </Notice>
        )}
        <Card>
          <Grid $least="15rem">
            <FormTextField
              control={control}
              name="displayName"
              label={t("builder.name")}
              isReadOnly={fixed !== undefined}
            />
            <FormTextField
              control={control}
              name="description"
              label={t("builder.description")}
              isReadOnly={fixed !== undefined}
              optional
            />
            <Controller
              control={control}
              name="parentId"
              render={({ field }) => (
                <Select
                  label={t("builder.parent")}
                  value={field.value}
                  onChange={field.onChange}
                  isDisabled={fixed !== undefined}
                  options={[
                    { id: "", label: t("builder.noParent") },
                    ...parents.map(({ id, displayName }) => ({ id, label: displayName })),
                  ]}
                />
              )}
            />
          </Grid>
        </Card>
        <Columns>
          <Catalogue
            catalogue={catalogue}
            composition={composition}
            saved={saved?.permissions ?? []}
            fixed={fixed}
            onToggle={(pattern) => (values.permissions.includes(pattern) ? remove([pattern]) : add([pattern]))}
            onRemove={remove}
          />
          <Beside>
            <RolePanel
              values={values}
              composition={composition}
              changes={changes}
              isNew={isNew}
              total={catalogue.length}
              fixed={fixed}
              unknown={unknown}
              onAdd={add}
              onRemove={remove}
            />
          </Beside>
        </Columns>
        {fixed === undefined && (unsaved || isNew) && (
          <SaveBar
            actions={
              <>
                {unsaved && (
                  <Button variant="quiet" isDisabled={isSending} onPress={() => form.reset()}>
                    {t("builder.discard")}
                  </Button>
                )}
                <Button
                  type="submit"
                  variant="primary"
                  isPending={isSending}
                  disabledReason={
                    composition.tooMuch[0] === undefined
                      ? undefined
                      : t("builder.cannotSave", { permission: composition.tooMuch[0] })
                  }
                >
                  {t(isNew ? "builder.create" : "builder.save")}
                </Button>
              </>
            }
          >
            {isNew
              ? t("builder.new", { count: values.permissions.length })
              : t("builder.unsaved", {
                  count:
                    changes.permissions.added.length +
                    changes.permissions.removed.length +
                    Object.keys(changes.fields).filter((one) => one !== "permissions").length,
                })}
          </SaveBar>
        )}
      </Stack>
      <ConfirmDialog
        isOpen={leaving.isAsking}
        onOpenChange={(open) => !open && leaving.stay()}
        title={t("leave.title")}
        confirmLabel={t("leave.confirm")}
        onConfirm={leaving.leave}
      >
        {t("leave.text")}
      </ConfirmDialog>
    </form>
  );
}

const Columns = styled.div`
  display: grid;
  grid-template-columns: minmax(0, 1fr) 23rem;
  align-items: start;
  gap: ${theme.space[5]};
  @media ${breakpoints.medium} {
    grid-template-columns: minmax(0, 1fr);
  }
`;

const Beside = styled.div`
  position: sticky;
  inset-block-start: 4rem;
  @media ${breakpoints.medium} {
    position: static;
    order: -1;
  }
`;
