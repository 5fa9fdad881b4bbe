import { Plus, X } from "lucide-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Button } from "@/design/Button/Button";
import { IconButton } from "@/design/IconButton/IconButton";
import { Stack } from "@/design/layout/layout";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { useFieldError } from "@/forms/useFieldError";

import { domainOf, isDomain } from "./settings";

const MOST = 50;

interface FormDomainsFieldProps<V extends FieldValues> {
  control: Control<V>;
  name: FieldPath<V>;
  label: string;
  description: string;
  isDisabled?: boolean;
}

/** A list of e-mail domains: one is added at a time, and each can be taken out. */
export function FormDomainsField<V extends FieldValues>({
  control,
  name,
  label,
  description,
  isDisabled = false,
}: FormDomainsFieldProps<V>): ReactNode {
  const { t } = useTranslation("tenants");
  const { field, fieldState } = useController({ control, name });
  const domains = field.value as readonly string[];
  const said = useFieldError(fieldState.error);
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string>();
  const heading = useId();
  const change = (next: readonly string[]): void => {
    field.onChange(next);
    field.onBlur();
  };
  const add = (): void => {
    const domain = domainOf(text);
    if (domain === "") return;
    if (!isDomain(domain)) return setFault(t("settings.security.domainFault"));
    if (domains.includes(domain)) return setFault(t("settings.security.domainTwice"));
    if (domains.length >= MOST) return setFault(t("settings.security.domainsFull"));
    change([...domains, domain].toSorted());
    setText("");
    setFault(undefined);
  };
  return (
    <Stack $gap={2}>
      {!isDisabled && (
        <Adding>
          <TextField
            label={label}
            description={description}
            value={text}
            onChange={(next) => {
              setText(next);
              setFault(undefined);
            }}
            onKeyDown={(event: KeyboardEvent) => {
              if (event.key !== "Enter") return;
              // It adds the domain; the form is sent by its own button.
              event.preventDefault();
              add();
            }}
            placeholder="example.com"
            inputRef={field.ref}
            error={fault ?? said}
            autoComplete="off"
            spellCheck="false"
            inputMode="url"
          />
          <Button icon={<Plus size={16} aria-hidden />} onPress={add}>
            {t("settings.security.add")}
          </Button>
        </Adding>
      )}
      {isDisabled && <span id={heading}>{label}</span>}
      {domains.length > 0 && (
        <List aria-label={label}>
          {domains.map((domain) => (
            <Chip key={domain}>
              <span>{domain}</span>
              {!isDisabled && (
                <IconButton
                  size="small"
                  label={t("settings.security.removeDomain", { domain })}
                  icon={<X size={14} aria-hidden />}
                  onPress={() => change(domains.filter((one) => one !== domain))}
                />
              )}
            </Chip>
          ))}
        </List>
      )}
    </Stack>
  );
}

const Adding = styled.div`
  display: grid;
  grid-template-columns: 1fr auto;
  align-items: start;
  gap: ${theme.space[2]};
  & > button {
    /* Beside the input, below its label. */
    margin-block-start: 1.55rem;
  }
`;

const List = styled.ul`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space[2]};
`;

const Chip = styled.li`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[1]};
  padding-inline-start: ${theme.space[2]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.sunken};
  overflow-wrap: anywhere;
`;
