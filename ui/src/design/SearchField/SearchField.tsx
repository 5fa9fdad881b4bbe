import { Search, X } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Input } from "react-aria-components/Input";
import { SearchField as AriaSearchField } from "react-aria-components/SearchField";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Frame, frameButton, line } from "../Field/Field";
import { theme } from "../theme";

interface SearchFieldProps {
  /** What is searched: the field's name. */
  label: string;
  /** Default: the label. */
  placeholder?: string;
  value: string;
  /** Called when typing has paused, and at once by Enter, Escape, the cross, and when the keyboard leaves. */
  onChange: (value: string) => void;
  /** How long that pause is. Default: 300 ms. */
  pauseMs?: number;
}

/** Searches while typing. Escape empties it. */
export function SearchField({
  label,
  placeholder = label,
  value,
  onChange,
  pauseMs = 300,
}: SearchFieldProps): ReactNode {
  const { t } = useTranslation("design");
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (known !== value) {
    setKnown(value);
    // Somebody else has changed it, such as the browser's back button. What is being typed stays.
    if (value.trim() !== text.trim()) setText(value);
  }
  const say = (next: string): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    if (next !== value) onChange(next);
  };
  return (
    <Field
      aria-label={label}
      value={text}
      onChange={(next) => {
        setText(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => say(next), pauseMs);
      }}
      // Before anything else happens: a search that came later would undo where a press has led to.
      onBlur={() => timer.current !== undefined && say(text)}
      onSubmit={say}
      onClear={() => say("")}
    >
      <Frame>
        <Lens size={16} aria-hidden />
        <Line placeholder={placeholder} />
        {text !== "" && (
          <Clear aria-label={t("search.clear")}>
            <X size={14} aria-hidden />
          </Clear>
        )}
      </Frame>
    </Field>
  );
}

const Field = styled(AriaSearchField)`
  flex: 1 1 14rem;
  min-inline-size: min(100%, 12rem);
  max-inline-size: 22rem;
`;

const Lens = styled(Search)`
  margin-inline-start: ${theme.space[2]};
  color: ${theme.color.muted};
`;

const Line = styled(Input)`
  ${line}
  padding-inline-start: ${theme.space[2]};
  &::-webkit-search-cancel-button {
    display: none;
  }
`;

const Clear = styled(AriaButton)`
  ${frameButton}
`;
