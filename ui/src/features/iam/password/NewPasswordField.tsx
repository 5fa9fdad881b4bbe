import { useEffect, useState, type ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Stack } from "@/design/layout/layout";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";

import type { Score } from "./strength";

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
  const value = String(field.value);
  const score = useScore(value, known);
  const { error } = fieldState;
  // In words of the language shown: the platform says why a password is weak in English only.
  const weakness = (rule: string, said = ""): string | undefined => {
    if (rule !== "PASSWORD_WEAK") return undefined;
    const least = /at least (\d+) characters/.exec(said)?.[1];
    return least === undefined ? t("strength.weak") : t("strength.short", { count: Number(least) });
  };
  return (
    <Stack $gap={2}>
      <TextField
        name={name}
        type="password"
        label={label}
        autoComplete="new-password"
        value={value}
        onChange={field.onChange}
        onBlur={field.onBlur}
        inputRef={field.ref}
        description={t("strength.hint")}
        error={
          error &&
          (weakness(error.type, error.message) ?? violationText({ rule: error.type, description: error.message ?? "" }))
        }
        isRequired
      />
      {value !== "" && (
        <Meter>
          <Bars aria-hidden $score={score ?? 0}>
            {[1, 2, 3, 4].map((step) => (
              <i key={step} data-on={score !== undefined && step <= Math.max(score, 1)} />
            ))}
          </Bars>
          <Text $size="small" $tone="muted" role="status">
            {score === undefined ? t("strength.measuring") : t(`strength.${score}`)}
          </Text>
        </Meter>
      )}
    </Stack>
  );
}

/** Undefined while it is not known, which is always so where the measure cannot be fetched. */
function useScore(password: string, known: readonly string[]): Score | undefined {
  const [measured, setMeasured] = useState<{ password: string; score: Score }>();
  const about = known.join("\n");
  useEffect(() => {
    if (password === "") return;
    let left = false;
    import("./strength").then(
      ({ scoreOf }) => !left && setMeasured({ password, score: scoreOf(password, about.split("\n")) }),
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [password, about]);
  return measured?.password === password ? measured.score : undefined;
}

const Meter = styled.div`
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[3]};
`;

const tones = [
  theme.color.danger.solid,
  theme.color.danger.solid,
  theme.color.warning.solid,
  theme.color.success.solid,
  theme.color.success.solid,
];

const Bars = styled.div<{ $score: Score }>`
  display: flex;
  gap: ${theme.space[1]};
  flex: 1;
  max-inline-size: 12rem;
  & > i {
    flex: 1;
    block-size: 4px;
    border-radius: ${theme.radius.full};
    background: ${theme.color.border};
  }
  & > i[data-on="true"] {
    background: ${({ $score }) => tones[$score]};
  }
`;
