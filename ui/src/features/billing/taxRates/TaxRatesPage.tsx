import { Landmark, Plus } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { TaxRateService, type TaxRate } from "@/api/gen/atrium/billing/v1/tax_rate_service_pb";
import { Submission } from "@/api/idempotency";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Page } from "@/design/layout/layout";
import { NumberField } from "@/design/NumberField/NumberField";
import { EmptyState, NoPermission } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useFieldError } from "@/forms/useFieldError";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";
import { oneOf, useListState } from "@/routing/listState";
import { useCan } from "@/session/useCan";

import { countryName, countryOptions } from "../accounts/places";
import { FormComboBox } from "../fields/FormComboBox";
import { FormSwitch } from "../fields/FormSwitch";
import { decimal, share, whole } from "../money/minor";
import { FormDialog } from "../parts/FormDialog";
import { tableOf } from "../parts/tableOf";
import { useArchiveTaxRateMutation, useCreateTaxRateMutation, useListTaxRatesQuery } from "./api";

const PAGE_SIZE = 50;
const params = { show: oneOf(["live", "all"], "live") };

/** Taxes that invoices may carry. */
export function TaxRatesPage(): ReactNode {
  const { t } = useTranslation("taxRates");
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  if (!can(TaxRateService.method.listTaxRates))
    return (
      <Page title={t("title")}>
        <NoPermission permission="tax-rates.manage" />
      </Page>
    );
  const create = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onPress={() => setOpen(true)}>
      {t("create.ask")}
    </Button>
  );
  return (
    <Page title={t("title")} description={t("lead")} actions={create}>
      <List create={create} />
      {isOpen && <CreateDialog onClose={() => setOpen(false)} />}
    </Page>
  );
}

function List({ create }: { create: ReactNode }): ReactNode {
  const { t } = useTranslation("taxRates");
  const columns = useColumns();
  const list = useListState(params);
  const query = useListTaxRatesQuery(
    { showArchived: list.values.show === "all", pageSize: PAGE_SIZE, pageToken: list.page.token },
    { refetchOnMountOrArgChange: 5 },
  );
  const [archive] = useArchiveTaxRateMutation();
  const [ended, setEnded] = useState<TaxRate>();
  return (
    <>
      <DataTable
        {...tableOf(query, list.page)}
        name="billing.taxRates"
        label={t("title")}
        columns={columns}
        rows={query.data?.taxRates}
        rowId={({ id }) => id}
        rowName={({ displayName }) => displayName}
        rowMuted={({ archived }) => archived}
        rowActions={(rate) => [
          {
            id: "archive",
            label: t("archive.do"),
            tone: "danger",
            disabledReason: rate.archived ? t("archive.already") : undefined,
            onAction: () => setEnded(rate),
          },
        ]}
        filtered={list.filtered}
        onClearFilters={list.clear}
        filters={
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={t("show")}
              options={[{ id: "all", label: t("withArchived") }]}
              value={list.values.show === "all" ? ["all"] : []}
              onChange={(chosen) => list.set({ show: chosen.length > 0 ? "all" : "live" })}
              one
            />
          </Filters>
        }
        empty={
          <EmptyState icon={<Landmark size={20} />} title={t("empty")} actions={create}>
            {t("emptyHint")}
          </EmptyState>
        }
      />
      <ConfirmDialog
        isOpen={ended !== undefined}
        onOpenChange={() => setEnded(undefined)}
        title={t("archive.title", { name: ended?.displayName ?? "" })}
        confirmLabel={t("archive.do")}
        typed={ended?.displayName}
        onConfirm={async () => {
          if (ended === undefined) return;
          await answered(archive({ id: ended.id }));
          toast({ tone: "success", title: t("archive.done", { name: ended.displayName }) });
        }}
      >
        {t("archive.lead")}
      </ConfirmDialog>
    </>
  );
}

function useColumns(): readonly Column<TaxRate>[] {
  const { t } = useTranslation("taxRates");
  const format = useFormat();
  return useMemo<Column<TaxRate>[]>(
    () => [
      { id: "name", header: t("name"), cell: ({ displayName }) => <bdi>{displayName}</bdi>, rowHeader: true },
      {
        id: "rate",
        header: t("rate"),
        cell: ({ rateMicros }) => format.percent(share(rateMicros), 4),
        align: "end",
        width: 110,
      },
      {
        id: "inclusive",
        header: t("added"),
        cell: ({ inclusive }) => t(inclusive ? "isIncluded" : "isAdded"),
        width: 200,
      },
      {
        id: "country",
        header: t("country"),
        cell: ({ country }) => (country === "" ? t("byHand") : countryName(format.locale, country)),
        width: 200,
      },
      {
        id: "state",
        header: t("state"),
        cell: ({ archived }) => (
          <StatusBadge tone={archived ? "neutral" : "success"}>{t(archived ? "archived" : "inForce")}</StatusBadge>
        ),
        width: 130,
      },
    ],
    [t, format],
  );
}

interface Values {
  displayName: string;
  rateMicros: bigint;
  inclusive: boolean;
  country: string;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/tax_rate_service_pb")).CreateTaxRateRequestSchema,
  (values: Values) => values,
);

function CreateDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation("taxRates");
  const { locale } = useFormat();
  const [create] = useCreateTaxRateMutation();
  const [submission] = useState(() => new Submission());
  const form = useRequestForm<Values, TaxRate>({
    defaultValues: { displayName: "", rateMicros: 190_000n, inclusive: false, country: "" },
    rules: checked,
    send: (values) =>
      submission.run(TaxRateService.method.createTaxRate, values, (request, options) =>
        answered(create({ ...request, ...options })),
      ),
    onDone: ({ displayName }) => {
      onClose();
      toast({ tone: "success", title: t("create.done", { name: displayName }) });
    },
  });
  const { field, fieldState } = useController({ control: form.control, name: "rateMicros" });
  const error = useFieldError(fieldState.error);
  return (
    <FormDialog
      title={t("create.title")}
      description={t("create.lead")}
      form={form}
      submitLabel={t("create.do")}
      onClose={onClose}
    >
      <FormTextField
        control={form.control}
        name="displayName"
        label={t("name")}
        description={t("nameHint")}
        autoComplete="off"
        maxLength={40}
      />
      <NumberField
        label={t("rate")}
        min={0}
        max={1}
        step={0.000001}
        format={{ style: "percent", maximumFractionDigits: 4 }}
        value={decimal(field.value, 6)}
        onChange={(value) => field.onChange(whole(value ?? 0, 6))}
        onBlur={field.onBlur}
        error={error}
      />
      <FormComboBox
        control={form.control}
        name="country"
        label={t("country")}
        description={t("countryHint")}
        optional
        options={countryOptions(locale)}
      />
      <FormSwitch control={form.control} name="inclusive" label={t("isIncluded")} description={t("inclusiveHint")} />
    </FormDialog>
  );
}
