import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { Code as Status } from "@/api/errors";
import { Invoice_Kind, Invoice_State, type Invoice, type Party } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { Payment_State } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { Badge } from "@/design/Badge/Badge";
import { Button, ButtonLink } from "@/design/Button/Button";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Grid, Inline, Page, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import type { MenuEntry } from "@/design/Menu/entries";
import { MenuButton } from "@/design/Menu/MenuButton";
import { Notice } from "@/design/Notice/Notice";
import { EmptyState } from "@/design/states/states";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useCrumb } from "@/routing/crumb";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { countryName } from "../accounts/places";
import { Asked } from "../parts/Asked";
import { InvoiceBadge } from "../parts/badges";
import { TenantName } from "../parts/TenantName";
import { usePeriod } from "../parts/usePeriod";
import { InvoicePayments, useConfirming } from "../payments/InvoicePayments";
import { PayDialog } from "../payments/PayDialog";
import { TransferDialog } from "../payments/TransferDialog";
import { useDecline } from "../payments/useDecline";
import { invoiceKinds, invoiceReasons } from "../words/words";
import { useGetInvoiceQuery } from "./api";
import { openMinor } from "./InvoiceTable";
import { LinesTable } from "./LinesTable";
import { LineUsage } from "./LineUsage";
import { ReasonDialog } from "./ReasonDialog";
import { Totals } from "./Totals";
import { useDownload } from "./useDownload";
import { VerifyCard } from "./VerifyCard";

/** One invoice: who owes what for which time, how every amount came about, and how it was paid. */
export function InvoicePage(): ReactNode {
  const { t } = useTranslation("invoices");
  const { realm } = useSession();
  const { id = "" } = useParams();
  const query = useGetInvoiceQuery({ id }, { refetchOnMountOrArgChange: 5 });
  const name = query.data === undefined ? undefined : query.data.number === "" ? t("list.draft") : query.data.number;
  useCrumb(name);
  if (query.data === undefined)
    return (
      <Page title={t("list.title")}>
        {isFailure(query.error) && query.error.code === Status.NOT_FOUND ? (
          <EmptyState
            title={t("detail.missing")}
            actions={<ButtonLink href={paths.to(realm, "invoices")}>{t("detail.toList")}</ButtonLink>}
          />
        ) : (
          <Asked query={query} label={t("detail.loading")} lines={10}>
            {() => null}
          </Asked>
        )}
      </Page>
    );
  return <Detail invoice={query.data} />;
}

function Detail({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const can = useCan();
  const { realm } = useSession();
  const { number, kind, currency, totals, lines } = invoice;
  const word = billing(`invoiceKind.${invoiceKinds.word(kind)}`);
  return (
    <Page
      title={number === "" ? t("detail.draft", { kind: word }) : t("detail.title", { kind: word, number })}
      description={
        <Inline as="span" $gap={2}>
          <InvoiceBadge invoice={invoice} />
          {invoice.sandbox && <Badge tone="warning">{billing("sandboxBadge")}</Badge>}
        </Inline>
      }
      actions={<Actions invoice={invoice} />}
    >
      {invoice.sandbox && <Notice tone="warning">{billing("sandboxNotice")}</Notice>}
      <Standing invoice={invoice} />
      <Facts invoice={invoice} />
      <Card aria-labelledby="lines">
        <Stack $gap={5}>
          <Heading $size="medium" id="lines">
            {t("detail.lines")}
          </Heading>
          <LinesTable
            label={t("detail.lines")}
            lines={lines}
            currency={currency}
            usageOf={(line) => <LineUsage invoiceId={invoice.id} line={line} />}
          />
          {totals !== undefined && <Totals totals={{ ...totals, currency: totals.currency || currency }} since />}
        </Stack>
      </Card>
      {kind === Invoice_Kind.INVOICE && can(PaymentService.method.listPayments) && (
        <InvoicePayments invoice={invoice} />
      )}
      {realm === PLATFORM && can(InvoiceService.method.verifyInvoice) && invoice.state !== Invoice_State.DRAFT && (
        <VerifyCard invoice={invoice} />
      )}
    </Page>
  );
}

function Actions({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const can = useCan();
  const { realm } = useSession();
  const { download, isLoading } = useDownload();
  const confirming = useConfirming(invoice);
  const [asked, setAsked] = useState<"pay" | "transfer" | "void" | "writeOff">();
  const close = (): void => setAsked(undefined);
  const open = invoice.kind === Invoice_Kind.INVOICE && openMinor(invoice) > 0n;
  const needs = (permission: string): string | undefined =>
    can(permission) ? undefined : billing("denied", { permission });
  const entries: MenuEntry[] =
    realm === PLATFORM && open
      ? [
          {
            id: "transfer",
            label: t("do.transfer"),
            disabledReason: needs("payments.record"),
            onAction: () => setAsked("transfer"),
          },
          {
            id: "void",
            label: t("void.do"),
            tone: "danger",
            disabledReason: needs("invoices.manage"),
            onAction: () => setAsked("void"),
          },
          {
            id: "writeOff",
            label: t("writeOff.do"),
            tone: "danger",
            disabledReason: needs("invoices.manage"),
            onAction: () => setAsked("writeOff"),
          },
        ]
      : [];
  return (
    <>
      <Button
        icon={<Download size={16} aria-hidden />}
        isPending={isLoading}
        disabledReason={invoice.number === "" ? t("detail.noPdf") : undefined}
        onPress={() => void download(invoice)}
      >
        {t("do.download")}
      </Button>
      {open && realm !== PLATFORM && (
        <Button variant="primary" disabledReason={needs("payments.create")} onPress={() => setAsked("pay")}>
          {t("do.pay")}
        </Button>
      )}
      {entries.length > 0 && (
        <MenuButton label={t("do.more")} entries={entries}>
          {t("do.more")}
        </MenuButton>
      )}
      {asked === "pay" && (
        <PayDialog
          invoice={invoice}
          onClose={close}
          onPaid={(payment) => {
            close();
            if (payment.state === Payment_State.REQUIRES_ACTION) confirming.begin(payment);
            else confirming.say(payment);
          }}
        />
      )}
      {asked === "transfer" && <TransferDialog invoice={invoice} onClose={close} />}
      {(asked === "void" || asked === "writeOff") && <ReasonDialog action={asked} invoice={invoice} onClose={close} />}
      {confirming.dialog}
    </>
  );
}

/** What is wrong or comes next with an invoice that is not paid. */
function Standing({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation("invoices");
  const format = useFormat();
  const { realm } = useSession();
  const { namedText } = useDecline();
  const { state, lastDeclineReason, nextAttemptTime, creditedInvoiceId } = invoice;
  return (
    <>
      {creditedInvoiceId !== "" && (
        <Notice tone="info">
          <Inline>
            <span>{t("detail.credits")}</span>
            <Link href={paths.to(realm, "invoice", { id: creditedInvoiceId })}>{t("detail.creditsLink")}</Link>
          </Inline>
        </Notice>
      )}
      {state === Invoice_State.OPEN && lastDeclineReason !== "" && (
        <Notice tone="danger" title={t("detail.declined")}>
          <Stack $gap={1}>
            <Text as="span">{namedText(lastDeclineReason)}</Text>
            <Text as="span">
              {nextAttemptTime === undefined
                ? t("detail.noAttempt")
                : t("detail.nextAttempt", { time: format.dateTime(nextAttemptTime) })}
            </Text>
          </Stack>
        </Notice>
      )}
    </>
  );
}

function Facts({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const period = usePeriod();
  const { realm } = useSession();
  const { tenantId, buyer, reason, issueTime, dueTime, payTime } = invoice;
  return (
    <Grid $least="26rem">
      <Card>
        <KeyValueList
          items={[
            ...(realm === PLATFORM
              ? [
                  {
                    label: billing("tenant"),
                    value: (
                      <Link href={paths.to(realm, "tenantBilling", { id: tenantId })}>
                        <TenantName id={tenantId} />
                      </Link>
                    ),
                  },
                ]
              : []),
            { label: t("list.reason"), value: billing(`invoiceReason.${invoiceReasons.word(reason)}`) },
            { label: t("detail.period"), value: period(invoice.periodStartTime, invoice.periodEndTime) },
            { label: t("list.issued"), value: issueTime && format.date(issueTime) },
            { label: t("list.due"), value: dueTime && format.date(dueTime) },
            ...(payTime === undefined ? [] : [{ label: t("detail.paid"), value: format.dateTime(payTime) }]),
          ]}
        />
      </Card>
      <Card>
        <Buyer buyer={buyer} />
      </Card>
    </Grid>
  );
}

function Buyer({ buyer }: { buyer: Party | undefined }): ReactNode {
  const { t } = useTranslation("invoices");
  const { locale } = useFormat();
  const lines = (buyer === undefined ? [] : [...buyer.addressLines, countryName(locale, buyer.country)]).filter(
    (line) => line !== "",
  );
  return (
    <KeyValueList
      items={[
        { label: t("detail.buyer"), value: buyer?.name },
        {
          label: t("detail.address"),
          value:
            lines.length === 0 ? undefined : (
              <Stack as="span" $gap="hair">
                {lines.map((line, at) => (
                  <bdi key={`${String(at)}${line}`}>{line}</bdi>
                ))}
              </Stack>
            ),
        },
        { label: t("detail.taxNumber"), value: buyer?.taxNumber },
        { label: t("detail.email"), value: buyer?.email },
      ]}
    />
  );
}
