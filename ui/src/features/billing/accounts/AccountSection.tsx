import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BillingAccount_State, type BillingAccount } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { DiscountService } from "@/api/gen/atrium/billing/v1/discount_service_pb";
import { PLATFORM } from "@/api/session";
import { Button } from "@/design/Button/Button";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { NoPermission } from "@/design/states/states";
import { Heading } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { CreditDialog } from "../discounts/CreditDialog";
import { AccountForm } from "./AccountForm";
import { useGetBillingAccountQuery } from "./api";
import { useBilled } from "./billed";
import { ParkReason } from "./ParkReason";
import { UnparkDialog } from "./UnparkDialog";

/** Whom a tenant's invoices are made out to; at the provider also whether it is billed at all, and its credit. */
export function AccountSection(): ReactNode {
  const { account } = useBilled();
  const { realm } = useSession();
  const { refetch } = useGetBillingAccountQuery({ tenantId: account?.tenantId ?? "" }, { skip: account === undefined });
  // The account as it was when editing began: what comes later must not take away what was typed.
  const [begun, setBegun] = useState({ account, round: 0 });
  const begin = (next: BillingAccount): void => setBegun(({ round }) => ({ account: next, round: round + 1 }));
  const reload = async (): Promise<void> => {
    const { data } = await refetch();
    if (data !== undefined) begin(data);
  };
  if (begun.account === undefined) return <NoPermission permission="invoices.read" />;
  return (
    <Stack>
      {realm === PLATFORM && <Standing />}
      <AccountForm
        key={begun.round}
        account={begun.account}
        asProvider={realm === PLATFORM}
        onSaved={begin}
        onReload={() => void reload()}
      />
    </Stack>
  );
}

function Standing(): ReactNode {
  const { t } = useTranslation("accounts");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const can = useCan();
  const { account } = useBilled();
  const [asked, setAsked] = useState<"unpark" | "credit">();
  if (account === undefined) return null;
  const { state, parkReason, parkTime, creditMinor, owedMinor, currency } = account;
  return (
    <>
      {state === BillingAccount_State.PARKED && (
        <Notice
          tone="danger"
          title={t("parked.title", { time: parkTime === undefined ? "" : format.dateTime(parkTime) })}
          actions={
            <div>
              <Button
                size="small"
                disabledReason={
                  can("billing-accounts.manage")
                    ? undefined
                    : billing("denied", { permission: "billing-accounts.manage" })
                }
                onPress={() => setAsked("unpark")}
              >
                {t("unpark.do")}
              </Button>
            </div>
          }
        >
          <ParkReason reason={parkReason} />
        </Notice>
      )}
      <Card>
        <Stack>
          <Inline $justify="space-between">
            <Heading $size="medium">{t("balance.title")}</Heading>
            <Button
              disabledReason={
                can(DiscountService.method.grantCredit) ? undefined : billing("denied", { permission: "credits.grant" })
              }
              onPress={() => setAsked("credit")}
            >
              {t("balance.grant")}
            </Button>
          </Inline>
          <KeyValueList
            layout="above"
            items={[
              { label: t("balance.owed"), value: format.money(owedMinor, currency) },
              { label: t("balance.credit"), value: format.money(creditMinor, currency) },
              { label: t("balance.currency"), value: currency },
            ]}
          />
        </Stack>
      </Card>
      {asked === "unpark" && <UnparkDialog account={account} onClose={() => setAsked(undefined)} />}
      {asked === "credit" && <CreditDialog account={account} onClose={() => setAsked(undefined)} />}
    </>
  );
}
