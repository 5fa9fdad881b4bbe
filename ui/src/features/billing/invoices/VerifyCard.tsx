import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Code, Heading, Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";

import { useVerifyInvoiceMutation } from "./api";

/** Has the platform compute the lines again from the stored usage, and says whether they are the same to the byte. */
export function VerifyCard({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation("invoices");
  const { errorText } = useErrorText();
  const format = useFormat();
  const [verify, { data, error, isLoading }] = useVerifyInvoiceMutation();
  return (
    <Card aria-labelledby="verify">
      <Stack $gap={3}>
        <Inline $justify="space-between">
          <Stack $gap="hair">
            <Heading $size="medium" id="verify">
              {t("verify.title")}
            </Heading>
            <Text $size="small" $tone="muted">
              {t("verify.lead")}
            </Text>
          </Stack>
          <Button isPending={isLoading} onPress={() => void verify({ id: invoice.id })}>
            {t("verify.do")}
          </Button>
        </Inline>
        {isFailure(error) && (
          <Notice tone="danger" requestId={reportId(error)}>
            {errorText(error)}
          </Notice>
        )}
        {data !== undefined && (
          <Notice
            tone={data.identical ? "success" : "danger"}
            title={t(data.identical ? "verify.same" : "verify.differs")}
          >
            <Stack $gap={1}>
              <Text as="span" $size="small">
                {t("verify.events", { count: Number(data.eventCount), number: format.number(data.eventCount) })}
              </Text>
              {data.storedHash !== "" && <Code>{data.storedHash}</Code>}
              {!data.identical && (
                <>
                  <Code>{data.computedHash}</Code>
                  <Text as="span" $size="small">
                    {t("verify.lines", { lines: format.list(data.differentLineIds) })}
                  </Text>
                </>
              )}
            </Stack>
          </Notice>
        )}
      </Stack>
    </Card>
  );
}
