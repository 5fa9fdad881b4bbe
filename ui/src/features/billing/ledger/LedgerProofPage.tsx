import { Scale } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Code as Status, reportId } from "@/api/errors";
import { LedgerService, type LedgerProof } from "@/api/gen/atrium/billing/v1/ledger_service_pb";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Code, Heading, Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { Asked } from "../parts/Asked";
import { PlainTable } from "../parts/PlainTable";
import { providers } from "../words/words";
import { useGetLedgerProofQuery, useProveLedgerMutation } from "./api";

const KINDS = ["transaction", "receivable", "credit", "disputed", "provider"] as const;

/** Whether the books are right: every transaction sums to zero, and invoices, payments and providers agree with them. */
export function LedgerProofPage(): ReactNode {
  const { t } = useTranslation("ledger");
  const can = useCan();
  const may = can(LedgerService.method.getLedgerProof);
  return (
    <Page title={t("proof.title")} description={t("proof.lead")}>
      {may ? <Proof /> : <NoPermission permission="ledger.read" />}
    </Page>
  );
}

function Proof(): ReactNode {
  const { t } = useTranslation("ledger");
  const { errorText } = useErrorText();
  const query = useGetLedgerProofQuery({}, { refetchOnMountOrArgChange: 5 });
  const [prove, { isLoading, error }] = useProveLedgerMutation();
  const never = isFailure(query.error) && query.error.code === Status.NOT_FOUND;
  const button = (
    <Button variant="primary" isPending={isLoading} onPress={() => void prove({})}>
      {t("proof.do")}
    </Button>
  );
  return (
    <Stack>
      {isFailure(error) && (
        <Notice tone="danger" requestId={reportId(error)}>
          {errorText(error)}
        </Notice>
      )}
      {never ? (
        <Card>
          <EmptyState icon={<Scale size={20} />} title={t("proof.never")} actions={button}>
            {t("proof.neverHint")}
          </EmptyState>
        </Card>
      ) : (
        <Asked query={query} label={t("proof.loading")}>
          {(proof) => <Result proof={proof} button={button} />}
        </Asked>
      )}
    </Stack>
  );
}

function Result({ proof, button }: { proof: LedgerProof; button: ReactNode }): ReactNode {
  const { t } = useTranslation("ledger");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const kindName = (kind: string): string => {
    const known = KINDS.find((one) => one === kind);
    return known === undefined ? kind : t(`proof.kind.${known}`);
  };
  return (
    <Stack>
      <Notice tone={proof.proven ? "success" : "danger"} title={t(proof.proven ? "proof.proven" : "proof.wrong")}>
        {t(proof.proven ? "proof.provenLead" : "proof.wrongLead")}
      </Notice>
      {proof.unasked.length > 0 && (
        <Notice tone="warning" title={t("proof.unasked")}>
          <Stack $gap="hair">
            <span>{t("proof.unaskedLead")}</span>
            {proof.unasked.map(({ provider, askedUntilTime }) => (
              <span key={provider}>
                {t(askedUntilTime === undefined ? "proof.unaskedNever" : "proof.unaskedOne", {
                  provider: billing(`provider.${providers.word(provider)}`),
                  time: askedUntilTime === undefined ? "" : format.dateTime(askedUntilTime),
                })}
              </span>
            ))}
          </Stack>
        </Notice>
      )}
      <Card>
        <Stack>
          <KeyValueList
            layout="above"
            items={[
              { label: t("proof.time"), value: proof.proveTime && format.dateTime(proof.proveTime) },
              { label: t("proof.transactions"), value: format.number(proof.transactions) },
              { label: t("proof.entries"), value: format.number(proof.entries) },
              { label: t("proof.differences"), value: format.number(proof.differences.length) },
            ]}
          />
          <div>{button}</div>
        </Stack>
      </Card>
      {proof.differences.length > 0 && (
        <Card aria-labelledby="differences">
          <Stack>
            <Heading $size="medium" id="differences">
              {t("proof.differences")}
            </Heading>
            <PlainTable
              label={t("proof.differences")}
              rows={proof.differences}
              rowId={({ kind, id }) => `${kind}:${id}`}
              columns={[
                { id: "id", header: t("proof.what"), cell: ({ id }) => <Code>{id}</Code> },
                { id: "kind", header: t("proof.kindLabel"), cell: ({ kind }) => kindName(kind) },
                {
                  id: "expected",
                  header: t("proof.expected"),
                  align: "end",
                  cell: ({ expectedMinor, currency }) => format.money(expectedMinor, currency),
                },
                {
                  id: "found",
                  header: t("proof.found"),
                  align: "end",
                  cell: ({ foundMinor, currency }) => format.money(foundMinor, currency),
                },
              ]}
            />
            {proof.differences.length >= 100 && (
              <Text $size="small" $tone="muted">
                {t("proof.first")}
              </Text>
            )}
          </Stack>
        </Card>
      )}
    </Stack>
  );
}
