import { Check, Copy, Eye, EyeOff } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Hint } from "../Field/Field";
import { IconButton } from "../IconButton/IconButton";
import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";

interface CopyButtonProps {
  value: string;
  /** What is copied: “ID”, “Key”. */
  label: string;
}

/** Copies a text, and says so. */
export function CopyButton({ value, label }: CopyButtonProps): ReactNode {
  const { t } = useTranslation("design");
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), 2500);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
    } catch {
      // Pages without HTTPS have no clipboard, and people may refuse it.
      setOutcome("failed");
    }
  };
  return (
    <>
      <IconButton
        size="small"
        label={outcome === undefined ? t("copy.label", { label }) : t(`copy.${outcome}`)}
        icon={outcome === "copied" ? <Done size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        onPress={() => void copy()}
      />
      <VisuallyHidden role="status">{outcome !== undefined && t(`copy.${outcome}`)}</VisuallyHidden>
    </>
  );
}

interface CopyFieldProps extends CopyButtonProps {
  description?: ReactNode;
  /** Shown as dots until asked for; it can be copied without being seen. */
  secret?: boolean;
}

/** A value that people take elsewhere: an id, a key, an address. */
export function CopyField({ label, value, description, secret = false }: CopyFieldProps): ReactNode {
  const { t } = useTranslation("design");
  const [shown, setShown] = useState(!secret);
  return (
    <Box>
      <Name>{label}</Name>
      <Well>
        <Value dir="auto" aria-label={shown ? undefined : t("copy.hidden")} role={shown ? undefined : "img"}>
          {shown ? value : "•".repeat(24)}
        </Value>
        {secret && (
          <IconButton
            size="small"
            label={t(shown ? "copy.hide" : "copy.show", { label })}
            icon={shown ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
            onPress={() => setShown(!shown)}
          />
        )}
        <CopyButton value={value} label={label} />
      </Well>
      {description !== undefined && <Hint elementType="p">{description}</Hint>}
    </Box>
  );
}

const Box = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.snug};
  min-inline-size: 0;
`;

const Name = styled.span`
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
`;

const Well = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space.hair};
  min-block-size: ${theme.control.medium};
  padding-inline: ${theme.space[3]} ${theme.space.hair};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.sunken};
`;

const Value = styled.code`
  flex: 1;
  min-inline-size: 0;
  padding-block: ${theme.space[1]};
  overflow-wrap: anywhere;
`;

const Done = styled(Check)`
  color: ${theme.color.success.text};
`;
