import { Check, Copy } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/design/Button/Button";
import { VisuallyHidden } from "@/design/typography/typography";

interface CopyButtonProps {
  text: string;
  /** What is copied. */
  label: string;
  /** Shows the label, too. */
  labelled?: boolean;
}

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ text, label, labelled = false }: CopyButtonProps): ReactNode {
  const { t } = useTranslation("login");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <>
      <Button
        size={labelled ? "medium" : "small"}
        aria-label={label}
        icon={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
        onPress={() => void copy()}
      >
        {labelled && label}
      </Button>
      <VisuallyHidden role="status">{copied && t("copied")}</VisuallyHidden>
    </>
  );
}
