import { Check, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { useFieldError } from "@/forms/useFieldError";
import { useFormat } from "@/i18n/Locale";

import { contrastOf, type NEEDED } from "./contrast";

interface ColorFieldProps<V extends FieldValues> {
  control: Control<V>;
  name: FieldPath<V> & keyof typeof NEEDED;
  label: string;
  description: string;
  isDisabled?: boolean;
}

/** A colour, written or picked, with its contrast beside it as it changes. */
export function FormColorField<V extends FieldValues>({
  control,
  name,
  label,
  description,
  isDisabled = false,
}: ColorFieldProps<V>): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { field, fieldState } = useController({ control, name });
  const said = useFieldError(fieldState.error);
  const color = field.value as string;
  const contrast = contrastOf(name, color);
  const numbers = {
    // Rounded down, so that what is shown as enough is enough.
    ratio: format.number(Math.floor((contrast?.ratio ?? 0) * 100) / 100, { minimumFractionDigits: 2 }),
    needed: format.number(contrast?.needed ?? 0, { minimumFractionDigits: 1 }),
  };
  const wrong =
    contrast === undefined
      ? t("settings.branding.hex")
      : contrast.enough
        ? said
        : t("settings.branding.contrastLow", numbers);
  return (
    <TextField
      label={label}
      name={name}
      value={color}
      onChange={field.onChange}
      onBlur={field.onBlur}
      inputRef={field.ref}
      error={wrong}
      isDisabled={isDisabled}
      maxLength={7}
      spellCheck="false"
      autoComplete="off"
      description={
        <Words>
          {description}
          {contrast !== undefined && (
            <Ratio $enough={contrast.enough}>
              {contrast.enough ? <Check size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
              {t("settings.branding.contrast", numbers)}
            </Ratio>
          )}
        </Words>
      }
      prefix={
        <Swatch
          type="color"
          aria-label={t("settings.branding.pick", { label })}
          value={contrast === undefined ? "#000000" : color}
          onChange={(event) => field.onChange(event.target.value)}
          disabled={isDisabled}
        />
      }
    />
  );
}

const Words = styled.span`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.hair};
`;

const Ratio = styled.span<{ $enough: boolean }>`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[1]};
  color: ${({ $enough }) => ($enough ? theme.color.success.text : theme.color.danger.text)};
  font-variant-numeric: tabular-nums;
`;

const Swatch = styled.input`
  inline-size: 1.5rem;
  block-size: 1.5rem;
  padding: 0;
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.small};
  background: transparent;
  cursor: pointer;
  &::-webkit-color-swatch-wrapper {
    padding: 0;
  }
  &::-webkit-color-swatch {
    border: 0;
    border-radius: 3px;
  }
  &:disabled {
    cursor: not-allowed;
  }
`;
