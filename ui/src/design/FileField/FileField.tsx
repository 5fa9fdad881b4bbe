import { ImageUp, X } from "lucide-react";
import { useEffect, useId, useState, type ReactNode, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { Button } from "../Button/Button";
import { Optional, type FieldWords } from "../Field/Field";
import { theme } from "../theme";

export interface FileFieldProps extends FieldWords {
  /** What was chosen; null for nothing. */
  value: File | null;
  onChange: (value: File | null) => void;
  /** Media types that will do: `["image/png", "image/webp"]`. */
  accept: readonly string[];
  /** Larger files are refused here already. */
  maxBytes: number;
  /** What there is now: shown until another file is chosen. */
  currentUrl?: string | undefined;
  /** Takes away what there is now. */
  onRemove?: () => void;
  isDisabled?: boolean;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
}

/** A file, chosen or dropped; pictures are shown. What will not do is refused with the reason, and nothing is lost. */
export function FileField({
  label,
  description,
  error,
  optional = false,
  value,
  onChange,
  accept,
  maxBytes,
  currentUrl,
  onRemove,
  isDisabled = false,
  onBlur,
  inputRef,
}: FileFieldProps): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  const id = useId();
  const [refusal, setRefusal] = useState<string>();
  const [isOver, setOver] = useState(false);
  const picture = usePicture(value) ?? (value === null ? currentUrl : undefined);
  const wrong = refusal ?? error;
  const take = (file: File | undefined): void => {
    if (file === undefined) return;
    if (!accept.includes(file.type)) return setRefusal(t("file.kind", { kinds: kindsOf(accept) }));
    if (file.size > maxBytes) return setRefusal(t("file.size", { most: format.bytes(maxBytes) }));
    setRefusal(undefined);
    onChange(file);
  };
  const hint = `${kindsOf(accept)}, ${t("file.most", { most: format.bytes(maxBytes) })}`;
  return (
    <Box {...(wrong === undefined ? {} : { "data-invalid": "" })}>
      <Name id={`${id}label`}>
        {label}
        {optional && <Optional>{t("optional")}</Optional>}
      </Name>
      <Zone
        $over={isOver}
        $wrong={wrong !== undefined}
        $disabled={isDisabled}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(!isDisabled);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!isDisabled) take(event.dataTransfer.files[0]);
        }}
      >
        {picture === undefined ? <ImageUp size={20} aria-hidden /> : <Picture src={picture} alt={t("file.preview")} />}
        <Words>
          <strong>{value?.name ?? t("file.choose")}</strong>
          <small>{value === null ? t("file.drop") : format.bytes(value.size)}</small>
        </Words>
        <input
          ref={inputRef}
          type="file"
          accept={accept.join(",")}
          disabled={isDisabled}
          aria-labelledby={`${id}label`}
          aria-describedby={`${id}words`}
          aria-invalid={wrong !== undefined}
          onBlur={onBlur}
          onChange={(event) => {
            take(event.target.files?.[0]);
            // The same file can be chosen again after it was removed.
            event.target.value = "";
          }}
        />
      </Zone>
      <Below>
        <Line id={`${id}words`} $wrong={wrong !== undefined} role={refusal === undefined ? undefined : "alert"}>
          {wrong ?? description ?? hint}
        </Line>
        {(value !== null || (currentUrl !== undefined && onRemove !== undefined)) && (
          <Button
            size="small"
            variant="quiet"
            icon={<X size={14} aria-hidden />}
            isDisabled={isDisabled}
            onPress={() => (value === null ? onRemove?.() : onChange(null))}
          >
            {t("file.remove")}
          </Button>
        )}
      </Below>
    </Box>
  );
}

/** PNG, WEBP */
function kindsOf(accept: readonly string[]): string {
  return accept.map((type) => (type.split("/")[1] ?? type).replace(/\+.*$/, "").toUpperCase()).join(", ");
}

function usePicture(file: File | null): string | undefined {
  const [read, setRead] = useState<{ file: File; url: string }>();
  useEffect(() => {
    if (file === null || !file.type.startsWith("image/")) return undefined;
    // The policy lets pictures come from the page and from data addresses only.
    const reader = new FileReader();
    reader.addEventListener("load", () => setRead({ file, url: reader.result as string }));
    reader.readAsDataURL(file);
    return () => reader.abort();
  }, [file]);
  return read?.file === file ? read?.url : undefined;
}

const Box = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.snug};
  min-inline-size: 0;
`;

const Name = styled.span`
  display: flex;
  justify-content: space-between;
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
`;

const Zone = styled.label<{ $over: boolean; $wrong: boolean; $disabled: boolean }>`
  position: relative;
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  padding: ${theme.space[3]};
  border: 1px dashed ${({ $wrong }) => ($wrong ? theme.color.danger.text : theme.color.control)};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.surface};
  cursor: pointer;
  & > svg {
    color: ${theme.color.muted};
  }
  &:hover {
    background-image: linear-gradient(${theme.color.hover}, ${theme.color.hover});
  }
  &:focus-within {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 1px;
  }
  & > input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    opacity: 0;
    cursor: inherit;
  }
  ${({ $over }) =>
    $over &&
    css`
      border-style: solid;
      border-color: ${theme.color.accent};
      background: ${theme.color.accentSoft};
    `}
  ${({ $disabled }) =>
    $disabled &&
    css`
      cursor: not-allowed;
      color: ${theme.color.muted};
      background: ${theme.color.sunken};
    `}
`;

const Picture = styled.img`
  inline-size: 3rem;
  block-size: 3rem;
  border-radius: ${theme.radius.small};
  background: ${theme.color.sunken};
  object-fit: contain;
`;

const Words = styled.span`
  display: flex;
  flex-direction: column;
  min-inline-size: 0;
  overflow-wrap: anywhere;
  & > strong {
    font-weight: ${theme.text.weight.medium};
  }
  & > small {
    color: ${theme.color.muted};
    font-size: ${theme.text.size.small};
  }
`;

const Below = styled.div`
  display: flex;
  align-items: start;
  justify-content: space-between;
  gap: ${theme.space[2]};
`;

const Line = styled.span<{ $wrong: boolean }>`
  color: ${({ $wrong }) => ($wrong ? theme.color.danger.text : theme.color.muted)};
  font-size: ${theme.text.size.small};
`;
