import { Gauge, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { Meter_Aggregation, type Meter } from "@/api/gen/atrium/billing/v1/usage_pb";
import { UsageService } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { Badge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { Card, Inline, Page, Stack } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { Code, Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useCan } from "@/session/useCan";

import { FormChoice } from "../fields/FormChoice";
import { Asked } from "../parts/Asked";
import { FormDialog } from "../parts/FormDialog";
import { PlainTable } from "../parts/PlainTable";
import { PlansFrame } from "../plans/PlansFrame";
import { aggregations } from "../words/words";
import { useListMetersQuery, useUpdateMeterMutation } from "./api";
import { useOwnWords } from "./meters";

/** What is counted. */
export function MetersPage(): ReactNode {
  const { t } = useTranslation("usage");
  const billing = useTranslation("billing").t;
  const can = useCan();
  const query = useListMetersQuery({}, { skip: !can(UsageService.method.listMeters) });
  const own = useOwnWords();
  const [edited, setEdited] = useState<Meter | "new">();
  const denied = can(UsageService.method.updateMeter) ? undefined : billing("denied", { permission: "plans.manage" });
  if (!can(UsageService.method.listMeters))
    return (
      <Page title={t("meters.title")}>
        <NoPermission permission="usage.read" />
      </Page>
    );
  return (
    <PlansFrame
      current="meters"
      title={t("meters.title")}
      description={t("meters.lead")}
      actions={
        <Button
          variant="primary"
          icon={<Plus size={16} aria-hidden />}
          disabledReason={denied}
          onPress={() => setEdited("new")}
        >
          {t("meters.add")}
        </Button>
      }
    >
      <Card>
        <Asked query={query} label={t("meters.loading")}>
          {({ meters }) =>
            meters.length === 0 ? (
              <EmptyState icon={<Gauge size={20} />} title={t("meters.empty")} />
            ) : (
              <PlainTable
                label={t("meters.title")}
                rows={meters.map(own)}
                rowId={({ id }) => id}
                columns={[
                  {
                    id: "name",
                    header: t("meters.name"),
                    cell: ({ displayName, builtIn }) => (
                      <Inline as="span">
                        <bdi>{displayName}</bdi>
                        {builtIn && <Badge>{t("meters.builtIn")}</Badge>}
                      </Inline>
                    ),
                  },
                  { id: "id", header: t("meters.id"), cell: ({ id }) => <Code>{id}</Code> },
                  { id: "unit", header: t("meters.unit"), cell: ({ unit }) => unit },
                  {
                    id: "aggregation",
                    header: t("meters.aggregation"),
                    cell: ({ aggregation }) => billing(`aggregation.${aggregations.word(aggregation)}`),
                  },
                  {
                    id: "edit",
                    header: billing("do.edit"),
                    headerHidden: true,
                    align: "end",
                    cell: (meter) =>
                      meter.builtIn ? null : (
                        <Button
                          size="small"
                          variant="quiet"
                          disabledReason={denied}
                          aria-label={t("meters.edit", { name: meter.displayName })}
                          onPress={() => setEdited(meter)}
                        >
                          {billing("do.edit")}
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }
        </Asked>
      </Card>
      {edited !== undefined && (
        <MeterDialog meter={edited === "new" ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </PlansFrame>
  );
}

interface Values {
  id: string;
  displayName: string;
  unit: string;
  aggregation: number;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/usage_service_pb")).UpdateMeterRequestSchema,
  (values: Values) => values,
);

function MeterDialog({ meter, onClose }: { meter: Meter | undefined; onClose: () => void }): ReactNode {
  const { t } = useTranslation("usage");
  const billing = useTranslation("billing").t;
  const [update] = useUpdateMeterMutation();
  const form = useRequestForm<Values, Meter>({
    defaultValues: {
      id: meter?.id ?? "",
      displayName: meter?.displayName ?? "",
      unit: meter?.unit ?? "",
      aggregation: meter?.aggregation ?? Meter_Aggregation.SUM,
    },
    rules: checked,
    send: (values) => answered(update(values)),
    onDone: ({ displayName }) => {
      onClose();
      toast({ tone: "success", title: t("meters.saved", { name: displayName }) });
    },
  });
  return (
    <FormDialog
      title={meter === undefined ? t("meters.add") : t("meters.edit", { name: meter.displayName })}
      form={form}
      submitLabel={billing("do.save")}
      onClose={onClose}
    >
      <FormTextField
        control={form.control}
        name="id"
        label={t("meters.id")}
        description={t("meters.idHint")}
        autoComplete="off"
        isReadOnly={meter !== undefined}
      />
      <FormTextField control={form.control} name="displayName" label={t("meters.name")} autoComplete="off" />
      <FormTextField
        control={form.control}
        name="unit"
        label={t("meters.unit")}
        description={t("meters.unitHint")}
        autoComplete="off"
      />
      <Stack $gap={1}>
        <FormChoice
          control={form.control}
          name="aggregation"
          number
          label={t("meters.aggregation")}
          options={[Meter_Aggregation.SUM, Meter_Aggregation.MAX].map((value) => ({
            id: String(value),
            label: billing(`aggregation.${aggregations.word(value)}`),
          }))}
        />
        <Text $size="small" $tone="muted">
          {t("meters.aggregationHint")}
        </Text>
      </Stack>
    </FormDialog>
  );
}
