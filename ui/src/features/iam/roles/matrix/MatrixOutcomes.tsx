import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { Button } from "@/design/Button/Button";
import { Inline } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";

import type { Outcome } from "./useMatrix";

interface MatrixOutcomesProps {
  outcomes: readonly Outcome[];
  onTakeNewest: (role: Role, newest: Role) => void;
  onDismiss: () => void;
}

/** What became of every role of the last save. */
export function MatrixOutcomes({ outcomes, onTakeNewest, onDismiss }: MatrixOutcomesProps): ReactNode {
  const { t } = useTranslation("roles");
  const { errorText } = useErrorText();
  const format = useFormat();
  const saved = outcomes.filter((one) => one.kind === "saved");
  return (
    <>
      {saved.length > 0 && (
        <Notice
          tone="success"
          actions={
            <Inline>
              <Button size="small" variant="quiet" onPress={onDismiss}>
                {t("matrix.dismiss")}
              </Button>
            </Inline>
          }
        >
          {t("matrix.saved", { roles: format.list(saved.map(({ role }) => role.displayName)) })}
        </Notice>
      )}
      {outcomes.map((outcome) => {
        if (outcome.kind === "refused")
          return (
            <Notice key={outcome.role.id} tone="danger" title={t("matrix.refused", { role: outcome.role.displayName })}>
              {errorText(outcome.error)}
            </Notice>
          );
        if (outcome.kind === "conflict")
          return (
            <Notice
              key={outcome.role.id}
              tone="warning"
              title={t("matrix.refused", { role: outcome.role.displayName })}
              actions={
                <Inline>
                  <Button size="small" onPress={() => onTakeNewest(outcome.role, outcome.newest)}>
                    {t("conflict.keep")}
                  </Button>
                </Inline>
              }
            >
              {t("conflict.text")}
            </Notice>
          );
        return null;
      })}
    </>
  );
}
