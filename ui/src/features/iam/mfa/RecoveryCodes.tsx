import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Checkbox } from "react-aria-components/Checkbox";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { saveAs } from "@/api/download";
import { Button } from "@/design/Button/Button";
import { CopyButton } from "@/design/CopyField/CopyField";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";

interface RecoveryCodesProps {
  codes: readonly string[];
  /** Whose they are, for the name of the file. */
  account: string;
  onKept: () => void;
}

/** The codes for when the authenticator is lost. They are shown this once, so one must say that one has them. */
export function RecoveryCodes({ codes, account, onKept }: RecoveryCodesProps): ReactNode {
  const { t } = useTranslation("login");
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");
  const save = (): void => {
    const lines = [t("codes.file", { account }), "", ...codes, ""].join("\n");
    saveAs(new Blob([lines], { type: "text/plain" }), "atrium-recovery-codes.txt");
  };
  return (
    <Stack>
      <Notice tone="warning" title={t("codes.title")}>
        {t("codes.text")}
      </Notice>
      <List aria-label={t("codes.list")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </List>
      <Inline>
        <Button icon={<Download size={16} aria-hidden />} onPress={save}>
          {t("codes.download")}
        </Button>
        <CopyButton value={text} label={t("codes.list")} />
      </Inline>
      <Tick isSelected={kept} onChange={setKept}>
        <i aria-hidden />
        {t("codes.kept")}
      </Tick>
      <Button variant="primary" size="large" wide isDisabled={!kept} onPress={onKept}>
        {t("codes.continue")}
      </Button>
    </Stack>
  );
}

const List = styled.ul`
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr));
  gap: ${theme.space[1]} ${theme.space[4]};
  padding: ${theme.space[3]} ${theme.space[4]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.sunken};
`;

const Tick = styled(Checkbox)`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  & > i {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 1.125rem;
    block-size: 1.125rem;
    border: 1px solid ${theme.color.control};
    border-radius: ${theme.radius.small};
    font-style: normal;
    font-size: ${theme.text.size.tiny};
  }
  &[data-selected] > i {
    border-color: transparent;
    background: ${theme.color.accent};
    color: ${theme.color.onAccent};
  }
  &[data-selected] > i::after {
    content: "✓";
  }
  &[data-focus-visible] {
    outline: none;
  }
  &[data-focus-visible] > i {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 2px;
  }
`;
