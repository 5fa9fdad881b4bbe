import { ImageUp } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { useController, type Control } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Button } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { Overline, Text, VisuallyHidden } from "@/design/typography/typography";
import { useFieldError } from "@/forms/useFieldError";

import { LOGO_TYPES, readLogo, shownLogo, type LogoFault } from "./logo";
import type { BrandingValues } from "./settings";

interface FormLogoFieldProps {
  control: Control<BrandingValues>;
  isDisabled: boolean;
}

/** The tenant's logo: chosen from a file or dropped, shown as it is, taken away again. */
export function FormLogoField({ control, isDisabled }: FormLogoFieldProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { field, fieldState } = useController({ control, name: "logo" });
  const said = useFieldError(fieldState.error);
  const [fault, setFault] = useState<LogoFault>();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const logo = shownLogo(field.value);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const read = await readLogo(file);
    if ("fault" in read) return setFault(read.fault);
    setFault(undefined);
    field.onChange(read.logo);
  };
  const wrong = fault === undefined ? said : t(`settings.branding.logoFault.${fault}`);
  return (
    <Stack $gap={2}>
      <Overline as="p" id="logo-label">
        {t("settings.branding.logo")}
      </Overline>
      <Place
        $over={over}
        role="group"
        aria-labelledby="logo-label"
        aria-describedby="logo-hint"
        onDragOver={(event) => {
          if (isDisabled) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!isDisabled) void take(event.dataTransfer.files[0]);
        }}
      >
        {logo === "" ? <ImageUp size={24} aria-hidden /> : <Picture src={logo} alt={t("settings.branding.logo")} />}
        <Stack $gap={2}>
          <Inline>
            <VisuallyHidden>
              <input
                ref={input}
                type="file"
                tabIndex={-1}
                aria-label={t("settings.branding.upload")}
                accept={LOGO_TYPES.join(",")}
                disabled={isDisabled}
                onChange={(event) => {
                  void take(event.target.files?.[0]);
                  // The same file may be chosen again.
                  event.target.value = "";
                }}
              />
            </VisuallyHidden>
            <Button size="small" isDisabled={isDisabled} onPress={() => input.current?.click()}>
              {t(logo === "" ? "settings.branding.upload" : "settings.branding.replace")}
            </Button>
            {logo !== "" && (
              <Button
                size="small"
                variant="quiet"
                isDisabled={isDisabled}
                onPress={() => {
                  setFault(undefined);
                  field.onChange("");
                }}
              >
                {t("settings.branding.remove")}
              </Button>
            )}
          </Inline>
          <Text
            id="logo-hint"
            $size="small"
            $tone={wrong === undefined ? "muted" : "danger"}
            role={wrong === undefined ? undefined : "alert"}
          >
            {wrong ?? t("settings.branding.logoHint")}
          </Text>
        </Stack>
      </Place>
    </Stack>
  );
}

const Place = styled.div<{ $over: boolean }>`
  display: flex;
  align-items: center;
  gap: ${theme.space[4]};
  padding: ${theme.space[3]};
  border: 1px dashed ${({ $over }) => ($over ? theme.color.accent : theme.color.control)};
  border-radius: ${theme.radius.medium};
  background: ${({ $over }) => ($over ? theme.color.accentSoft : "transparent")};
  color: ${theme.color.muted};
`;

const Picture = styled.img`
  flex: none;
  inline-size: 3.5rem;
  block-size: 3.5rem;
  object-fit: contain;
`;
