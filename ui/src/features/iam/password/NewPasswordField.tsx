import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { PasswordField } from "@/design/PasswordField/PasswordField";
import { useErrorText } from "@/i18n/errorText";

interface NewPasswordFieldProps<V extends FieldValues> {
  control: Control<V>;
  name: FieldPath<V>;
  label: string;
  /** The person's name and e-mail: a password must not be made of them. */
  known: readonly string[];
}

/** A password being chosen: how hard it is to guess is shown while it is typed; the platform has the last word. */
export function NewPasswordField<V extends FieldValues>({
  control,
  name,
  label,
  known,
}: NewPasswordFieldProps<V>): ReactNode {
  const { t } = useTranslation("login");
  const { violationText } = useErrorText();
  const { field, fieldState } = useController({ control, name, rules: { required: true } });
  const { error } = fieldState;
  // In words of the language shown: the platform says why a password is weak in English only.
  const weakness = (rule: string, said = ""): string | undefined => {
    if (rule !== "PASSWORD_WEAK") return undefined;
    const least = /at least (\d+) characters/.exec(said)?.[1];
    return least === undefined ? t("strength.weak") : t("strength.short", { count: Number(least) });
  };
  return (
    <PasswordField
      name={name}
      label={label}
      autoComplete="new-password"
      value={String(field.value)}
      onChange={field.onChange}
      onBlur={field.onBlur}
      inputRef={field.ref}
      description={t("strength.hint")}
      check={async (password) => ({ score: (await import("./strength")).scoreOf(password, known) })}
      error={
        error &&
        (weakness(error.type, error.message) ?? violationText({ rule: error.type, description: error.message ?? "" }))
      }
      isRequired
    />
  );
}
