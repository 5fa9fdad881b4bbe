import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { accentRoles } from "../brand";
import { contrast } from "../color";
import { useMode } from "../Design";
import { TextField, type TextFieldProps } from "../TextField/TextField";
import { theme } from "../theme";
import { modes } from "../tokens";
import { VisuallyHidden } from "../typography/typography";

export interface ColorFieldProps extends Omit<TextFieldProps, "type" | "prefix" | "suffix" | "value" | "onChange"> {
  /** `#rrggbb`, or what has been typed of it. */
  value: string;
  onChange: (value: string) => void;
  /** The least contrast with white that will do, where there is one. */
  least?: number;
}

const HEX = /^#[0-9a-f]{6}$/i;

/** A colour, typed or picked, with its contrast and what buttons and links will look like in it. */
export function ColorField({ value, onChange, least, ...rest }: ColorFieldProps): ReactNode {
  const { t } = useTranslation("design");
  const known = HEX.test(value);
  return (
    <Box>
      <TextField
        {...rest}
        value={value}
        onChange={(next) => onChange(next === "" || next.startsWith("#") ? next : `#${next}`)}
        maxLength={7}
        spellCheck="false"
        autoComplete="off"
        placeholder="#3b4fd8"
        prefix={
          <Swatch $color={known ? value : "transparent"}>
            <VisuallyHidden>{t("color.pick", { label: rest.label })}</VisuallyHidden>
            <input
              type="color"
              value={known ? value.toLowerCase() : "#000000"}
              disabled={rest.isDisabled === true}
              onChange={(event) => onChange(event.target.value)}
            />
          </Swatch>
        }
      />
      {known && <Preview color={value} least={least} />}
    </Box>
  );
}

function Preview({ color, least }: { color: string; least: number | undefined }): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  const { mode } = useMode();
  const roles = accentRoles(color, modes[mode].color, mode);
  const ratio = contrast(color, "#ffffff");
  const low = least !== undefined && ratio < least;
  // Never rounded up to what would do.
  const shown = format.number(Math.floor(ratio * 10) / 10, { minimumFractionDigits: 1 });
  return (
    <Below>
      <Sample style={{ background: roles.accent, color: roles.onAccent }}>{t("color.button")}</Sample>
      <SampleLink style={{ color: roles.accentText }}>{t("color.link")}</SampleLink>
      <Words $low={low} role="status">
        {t("color.contrast", { ratio: shown })}
        {low && ` · ${t("color.low", { least: format.number(least) })}`}
      </Words>
    </Below>
  );
}

const Box = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
  min-inline-size: 0;
`;

const Swatch = styled.label<{ $color: string }>`
  position: relative;
  inline-size: 1.25rem;
  block-size: 1.25rem;
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.small};
  background: ${({ $color }) => $color};
  &:focus-within {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 2px;
  }
  & > input {
    position: absolute;
    inset: -2px;
    inline-size: 1.5rem;
    block-size: 1.5rem;
    opacity: 0;
    cursor: pointer;
  }
`;

const Below = styled.div`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[1]} ${theme.space[3]};
  font-size: ${theme.text.size.small};
`;

const Sample = styled.span`
  padding: ${theme.space.hair} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  font-weight: ${theme.text.weight.medium};
`;

const SampleLink = styled.span`
  text-decoration: underline;
  text-underline-offset: 0.18em;
`;

const Words = styled.span<{ $low: boolean }>`
  color: ${({ $low }) => ($low ? theme.color.danger.text : theme.color.muted)};
`;
