import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Code } from "../typography/typography";
import { Notice } from "./Notice";

const COMMAND = "atrium mail 1";
const COMMAND_OF_SOURCES = ".venv/bin/atrium mail 1";

/** Where a mail is to be found that was written and, without a mail server, not sent. */
export function KeptMails(): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Notice tone="info" title={t("mails.title")}>
      {t("mails.text")} <Command>{COMMAND}</Command>
      {t("mails.sources")} <Command>{COMMAND_OF_SOURCES}</Command>
    </Notice>
  );
}

const Command = styled(Code)`
  white-space: nowrap;
`;
