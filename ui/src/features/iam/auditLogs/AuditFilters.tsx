import { useCallback, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { ComboBox } from "@/design/ComboBox/ComboBox";
import { FilterDates } from "@/design/Filters/FilterDates";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import type { Option } from "@/design/ListBox/options";
import { SearchField } from "@/design/SearchField/SearchField";
import type { ListState } from "@/routing/listState";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { useScope } from "../scope/ScopeProvider";
import type { AuditFilter } from "./filter";

/** What the log is narrowed down by; it lives in the address. */
export function AuditFilters({ list }: { list: ListState<AuditFilter> }): ReactNode {
  const { t } = useTranslation("auditLogs");
  const { values, set, clear, filtered } = list;
  return (
    <Filters filtered={filtered} onClear={clear}>
      <Actor value={values.actor} onChange={(actor) => set({ actor })} />
      <Field>
        <ComboBox
          label={t("action")}
          labelHidden
          placeholder={t("action")}
          load={findActions}
          value={values.action === "" ? null : { id: values.action, label: values.action }}
          onChange={(option) => set({ action: option?.id ?? "" })}
        />
      </Field>
      <SearchField
        label={t("target")}
        placeholder={t("targetId")}
        value={values.target}
        onChange={(target) => set({ target: target.trim() })}
      />
      <FilterChoice
        label={t("outcome")}
        one
        options={[
          { id: "succeeded", label: t("succeeded") },
          { id: "refused", label: t("refused") },
        ]}
        value={values.outcome === "any" ? [] : [values.outcome]}
        onChange={([outcome]) => set({ outcome: outcome ?? "any" })}
      />
      <FilterDates
        label={t("time")}
        value={{ from: values.from || null, to: values.to || null }}
        onChange={({ from, to }) => set({ from: from ?? "", to: to ?? "" })}
      />
    </Filters>
  );
}

async function findActions(query: string): Promise<Option[]> {
  const { ACTIONS } = await import("./actions");
  const words = query.toLocaleLowerCase().split(/\s+/);
  return ACTIONS.filter((id) => words.every((word) => id.includes(word))).map((id) => ({ id, label: id }));
}

/** Who did it, found by name or e-mail. */
function Actor({ value, onChange }: { value: string; onChange: (id: string) => void }): ReactNode {
  const { t } = useTranslation("auditLogs");
  const { tenantId } = useScope();
  const can = useCan();
  const users = useClient(UserService);
  const mayFind = can(UserService.method.listUsers);
  const ask = useCallback(
    (signal: AbortSignal) => users.getUser({ id: value, tenantId }, { signal }),
    [users, value, tenantId],
  );
  // Others than users act too, such as API keys; they are known by their ids.
  const { answer } = useAnswer(mayFind && value.startsWith("usr_") ? ask : undefined);
  const load = useCallback(
    async (query: string, signal: AbortSignal) => {
      const { users: found } = await users.listUsers({ query, tenantId, pageSize: 20 }, { signal });
      return found.map(({ id, displayName, email }) => ({ id, label: displayName, description: email }));
    },
    [users, tenantId],
  );
  if (!mayFind)
    return (
      <SearchField label={t("actor")} placeholder={t("actorId")} value={value} onChange={(id) => onChange(id.trim())} />
    );
  return (
    <Field>
      <ComboBox
        label={t("actor")}
        labelHidden
        placeholder={t("actor")}
        load={load}
        value={value === "" ? null : { id: value, label: answer?.displayName ?? value }}
        onChange={(option) => onChange(option?.id ?? "")}
      />
    </Field>
  );
}

const Field = styled.div`
  inline-size: 13rem;
  max-inline-size: 100%;
`;
