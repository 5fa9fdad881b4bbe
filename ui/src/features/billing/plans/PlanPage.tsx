import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { answered } from "@/api/answered";
import { Code as Status } from "@/api/errors";
import { Plan_State, type Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { PlanService } from "@/api/gen/atrium/billing/v1/plan_service_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Card, Inline, Page, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Notice } from "@/design/Notice/Notice";
import { EmptyState, NoPermission } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { Code, Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useCrumb } from "@/routing/crumb";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { Asked } from "../parts/Asked";
import { PlanBadge } from "../parts/badges";
import { PlainTable } from "../parts/PlainTable";
import { useArchivePlanMutation, useGetPlanQuery, useListPlanVersionsQuery, usePublishPlanMutation } from "./api";
import { Simulator } from "./Simulator";
import { Terms } from "./Terms";

/** One plan: what it says, its versions by date, what it would cost, and whether it is on offer. */
export function PlanPage(): ReactNode {
  const { t } = useTranslation("plans");
  const can = useCan();
  const { id = "" } = useParams();
  const may = can("plans.read");
  const query = useGetPlanQuery({ id }, { skip: !may, refetchOnMountOrArgChange: 5 });
  useCrumb(query.data?.terms?.displayName ?? query.data?.id);
  if (!may || query.data === undefined)
    return (
      <Page title={t("list.title")}>
        {!may ? (
          <NoPermission permission="plans.read" />
        ) : isFailure(query.error) && query.error.code === Status.NOT_FOUND ? (
          <EmptyState
            title={t("detail.missing")}
            actions={<ButtonLink href={paths.to(PLATFORM, "plans")}>{t("detail.toList")}</ButtonLink>}
          />
        ) : (
          <Asked query={query} label={t("detail.loading")} lines={8}>
            {() => null}
          </Asked>
        )}
      </Page>
    );
  return <Detail plan={query.data} />;
}

function Detail({ plan }: { plan: Plan }): ReactNode {
  const { t } = useTranslation("plans");
  const format = useFormat();
  const can = useCan();
  const { terms, nextTerms, nextEffectiveTime } = plan;
  return (
    <Page
      title={terms?.displayName ?? plan.id}
      description={
        <Inline as="span" $gap={2}>
          <PlanBadge state={plan.state} />
          <Code>{plan.id}</Code>
        </Inline>
      }
      actions={<Actions plan={plan} />}
    >
      {plan.state === Plan_State.DRAFT && <Notice tone="info">{t("detail.draft")}</Notice>}
      {nextTerms !== undefined && (
        <Notice tone="info">
          {t("detail.next", { time: nextEffectiveTime === undefined ? "" : format.dateTime(nextEffectiveTime) })}
        </Notice>
      )}
      {terms !== undefined && <Terms terms={terms} />}
      {nextTerms !== undefined && (
        <Stack>
          <Heading>{t("detail.nextTerms")}</Heading>
          <Terms terms={nextTerms} />
        </Stack>
      )}
      {can(PlanService.method.listPlanVersions) && <Versions plan={plan} />}
      {terms !== undefined && can(PlanService.method.simulatePlan) && <Simulator termsNow={() => nextTerms ?? terms} />}
    </Page>
  );
}

function Actions({ plan }: { plan: Plan }): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const can = useCan();
  const [publish] = usePublishPlanMutation();
  const [archive] = useArchivePlanMutation();
  const [asked, setAsked] = useState<"publish" | "archive">();
  const { id, etag, state } = plan;
  const name = plan.terms?.displayName ?? id;
  const denied = can(PlanService.method.updatePlan) ? undefined : billing("denied", { permission: "plans.manage" });
  const offered = state === Plan_State.PUBLISHED;
  return (
    <>
      {denied === undefined ? (
        <ButtonLink href={paths.to(PLATFORM, "planEditor", { id })}>{billing("do.edit")}</ButtonLink>
      ) : (
        <Button disabledReason={denied}>{billing("do.edit")}</Button>
      )}
      <Button
        variant={offered ? "secondary" : "primary"}
        disabledReason={denied}
        onPress={() => setAsked(offered ? "archive" : "publish")}
      >
        {t(offered ? "archive.do" : "publish.do")}
      </Button>
      <ConfirmDialog
        isOpen={asked === "publish"}
        onOpenChange={() => setAsked(undefined)}
        title={t("publish.title", { name })}
        tone="primary"
        confirmLabel={t("publish.do")}
        onConfirm={async () => {
          await answered(publish({ id, etag }));
          toast({ tone: "success", title: t("publish.done", { name }) });
        }}
      >
        {t("publish.lead")}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === "archive"}
        onOpenChange={() => setAsked(undefined)}
        title={t("archive.title", { name })}
        confirmLabel={t("archive.do")}
        typed={id}
        onConfirm={async () => {
          await answered(archive({ id, etag }));
          toast({ tone: "success", title: t("archive.done", { name }) });
        }}
      >
        {t("archive.lead")}
      </ConfirmDialog>
    </>
  );
}

function Versions({ plan }: { plan: Plan }): ReactNode {
  const { t } = useTranslation("plans");
  const format = useFormat();
  const [tokens, setTokens] = useState<readonly string[]>([""]);
  const [opened, setOpened] = useState<number>();
  const query = useListPlanVersionsQuery({ id: plan.id, pageSize: 20, pageToken: tokens.at(-1) ?? "" });
  return (
    <Card aria-labelledby="versions">
      <Stack>
        <Stack $gap="hair">
          <Heading $size="medium" id="versions">
            {t("versions.title")}
          </Heading>
          <Text $size="small" $tone="muted">
            {t("versions.lead")}
          </Text>
        </Stack>
        <Asked query={query} label={t("versions.loading")} lines={3}>
          {({ versions, nextPageToken }) =>
            versions.length === 0 ? (
              <Text $tone="muted">{t("versions.empty")}</Text>
            ) : (
              <Stack $gap={3}>
                <PlainTable
                  label={t("versions.title")}
                  rows={versions}
                  rowId={({ planVersion }) => String(planVersion)}
                  columns={[
                    { id: "version", header: t("list.version"), cell: ({ planVersion }) => format.number(planVersion) },
                    {
                      id: "time",
                      header: t("versions.effective"),
                      cell: ({ effectiveTime }) => effectiveTime && format.dateTime(effectiveTime),
                    },
                    {
                      id: "subscriptions",
                      header: t("list.subscriptions"),
                      align: "end",
                      cell: ({ subscriptionCount }) =>
                        subscriptionCount === 0n ? (
                          format.number(0)
                        ) : (
                          <Link href={paths.to(PLATFORM, "subscriptions", {}, { plan: plan.id })}>
                            {format.number(subscriptionCount)}
                          </Link>
                        ),
                    },
                    {
                      id: "show",
                      header: t("versions.show"),
                      headerHidden: true,
                      align: "end",
                      cell: ({ planVersion }) => (
                        <Button
                          size="small"
                          variant="quiet"
                          aria-expanded={opened === planVersion}
                          onPress={() => setOpened(opened === planVersion ? undefined : planVersion)}
                        >
                          {t(opened === planVersion ? "versions.hide" : "versions.show")}
                        </Button>
                      ),
                    },
                  ]}
                  detail={({ planVersion, terms }) =>
                    opened === planVersion && terms !== undefined ? <Terms terms={terms} /> : undefined
                  }
                />
                {(tokens.length > 1 || nextPageToken !== "") && (
                  <Inline>
                    <Button
                      size="small"
                      isDisabled={tokens.length === 1}
                      onPress={() => setTokens(tokens.slice(0, -1))}
                    >
                      {t("versions.newer")}
                    </Button>
                    <Button
                      size="small"
                      isDisabled={nextPageToken === ""}
                      onPress={() => setTokens([...tokens, nextPageToken])}
                    >
                      {t("versions.older")}
                    </Button>
                  </Inline>
                )}
              </Stack>
            )
          }
        </Asked>
      </Stack>
    </Card>
  );
}
