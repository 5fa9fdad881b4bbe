import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { TextField, type TextFieldProps } from "../TextField/TextField";
import { theme } from "../theme";

/** How hard a password is to guess: the score of zxcvbn, 0 (at once) to 4 (centuries). */
export interface Strength {
  score: 0 | 1 | 2 | 3 | 4;
  /** What would make it better. */
  advice?: string;
}

export interface PasswordFieldProps extends Omit<TextFieldProps, "type" | "prefix" | "suffix"> {
  value: string;
  onChange: (value: string) => void;
  /** For a new password: its strength, where somebody else knows it. */
  strength?: Strength | undefined;
  /** Finds the strength, a moment after typing. May fetch what it needs; a failure shows no strength. */
  check?: (password: string) => Promise<Strength>;
}

const PAUSE_MS = 250;
const words = ["weakest", "weak", "fair", "good", "strong"] as const;

/** A password that can be shown. With `strength` or `check` it says how good a new one is. */
export function PasswordField({ strength, check, description, ...rest }: PasswordFieldProps): ReactNode {
  const { t } = useTranslation("design");
  const found = useStrength(rest.value, check);
  const shown = rest.value === "" ? undefined : (strength ?? found);
  const meter = shown !== undefined && (
    <Meter>
      <Bars aria-hidden>
        {[1, 2, 3, 4].map((at) => (
          <Bar key={at} $score={shown.score} $on={at <= Math.max(1, shown.score)} />
        ))}
      </Bars>
      <span role="status">
        {t(`password.${words[shown.score]}`)}
        {shown.advice !== undefined && shown.advice !== "" && ` · ${shown.advice}`}
      </span>
    </Meter>
  );
  return (
    <Box>
      <TextField {...rest} type="password" {...(description === undefined || meter !== false ? {} : { description })} />
      {meter}
    </Box>
  );
}

function useStrength(password: string, check: PasswordFieldProps["check"]): Strength | undefined {
  const [found, setFound] = useState<{ password: string; strength: Strength }>();
  const latest = useRef(check);
  useEffect(() => {
    latest.current = check;
  });
  useEffect(() => {
    if (password === "" || latest.current === undefined) return undefined;
    let outdated = false;
    const timer = setTimeout(() => {
      latest.current?.(password).then(
        (strength) => !outdated && setFound({ password, strength }),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      outdated = true;
      clearTimeout(timer);
    };
  }, [password]);
  // While typing goes on, the last answer is better than a flicker.
  return found?.strength;
}

const Box = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.snug};
  min-inline-size: 0;
`;

const Meter = styled.div`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[1]} ${theme.space[3]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;

const Bars = styled.span`
  display: flex;
  gap: ${theme.space[1]};
`;

const colors = [
  theme.color.danger.solid,
  theme.color.danger.solid,
  theme.color.warning.solid,
  theme.color.success.solid,
  theme.color.success.solid,
];

const Bar = styled.span<{ $score: number; $on: boolean }>`
  inline-size: 1.75rem;
  block-size: 0.25rem;
  border-radius: ${theme.radius.full};
  background: ${({ $score, $on }) => ($on ? colors[$score] : theme.color.active)};
  @media (forced-colors: active) {
    background: ${({ $on }) => ($on ? "CanvasText" : "GrayText")};
    forced-color-adjust: none;
  }
`;
