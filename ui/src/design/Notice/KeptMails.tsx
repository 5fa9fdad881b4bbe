import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Code } from "../typography/typography";
import { Notice } from "./Notice";

const COMMAND = "atrium mail 1";
const COMMAND_OF_SOURCES = ".venv/bin/atrium mail 1";

/** Where a mail is to be found that was written and, without a mail server, not sent. */
export function KeptMails(): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Notice tone="info" title={t("mails.title")}>
      {t("mails.text")} <Code>{COMMAND}</Code> {t("mails.sources")} <Code>{COMMAND_OF_SOURCES}</Code>
    </Notice>
  );
}
