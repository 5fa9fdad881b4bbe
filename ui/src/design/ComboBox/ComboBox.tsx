import { ChevronDown } from "lucide-react";
import { useState, type ReactNode, type Ref } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { ComboBox as AriaComboBox } from "react-aria-components/ComboBox";
import { Input } from "react-aria-components/Input";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { fieldLayout, Frame, frameButton, LabelOf, line, WordsBelow, type FieldWords } from "../Field/Field";
import { OptionItems, OptionList, OptionNote, OptionPopover, type Option } from "../ListBox/options";
import { Spinner } from "../Spinner/Spinner";
import { useOptions, type LoadOptions } from "./useOptions";

export type { LoadOptions } from "./useOptions";

export interface ComboBoxProps extends FieldWords {
  /** All there are: found by what they contain. */
  options?: readonly Option[];
  /** Finds them in place of `options`, a moment after typing. */
  load?: LoadOptions;
  /** What is chosen. With `load` it may be none of those that were found. */
  value: Option | null;
  onChange: (value: Option | null) => void;
  placeholder?: string;
  isDisabled?: boolean;
  isRequired?: boolean;
  name?: string;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
  /** The field is empty again after each choice: what was chosen is shown elsewhere. */
  empties?: boolean;
}

/** One of many options, found by typing. */
export function ComboBox({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  options,
  load,
  value,
  onChange,
  placeholder,
  inputRef,
  empties = false,
  ...rest
}: ComboBoxProps): ReactNode {
  const { t } = useTranslation("design");
  const loaded = useOptions(load);
  const [text, setText] = useState(value?.label ?? "");
  const [isFocused, setFocused] = useState(false);
  const found = load === undefined ? matching(options ?? [], text, value) : withChosen(loaded.options, text, value);
  const chosen = value?.label ?? "";
  // What was typed and not chosen goes when people leave, and what was chosen elsewhere comes.
  if (!isFocused && text !== chosen) setText(chosen);
  return (
    <Field
      {...rest}
      items={found}
      value={value?.id ?? null}
      onChange={(key) => {
        // It is also called when people leave, with what was chosen before.
        const option = found.find((one) => one.id === key);
        if (key === null || key === value?.id || option === undefined) return setText(chosen);
        onChange(option);
        setText(empties ? "" : option.label);
        if (empties) loaded.look("");
      }}
      inputValue={text}
      onInputChange={(next) => {
        setText(next);
        if (next === "" && value !== null) onChange(null);
        if (isFocused && next !== chosen) loaded.look(next);
      }}
      onFocusChange={setFocused}
      onOpenChange={(isOpen, how) => isOpen && how === "manual" && loaded.look("")}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      allowsEmptyCollection
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Frame>
        <Line
          {...(inputRef === undefined ? {} : { ref: inputRef })}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        {loaded.status === "loading" && <Spinner size={14} />}
        <Opener aria-label={t("select.open")}>
          <ChevronDown size={16} aria-hidden />
        </Opener>
      </Frame>
      <WordsBelow description={description} error={error} />
      <OptionPopover offset={4}>
        <OptionList<Option> renderEmptyState={() => <Nothing status={loaded.status} />}>
          <OptionItems options={found} />
        </OptionList>
      </OptionPopover>
    </Field>
  );
}

/** Why there are no options. */
export function Nothing({ status }: { status: "idle" | "loading" | "done" | "failed" }): ReactNode {
  const { t } = useTranslation("design");
  if (status === "loading")
    return (
      <OptionNote>
        <Spinner size={14} /> {t("select.loading")}
      </OptionNote>
    );
  return <OptionNote>{t(status === "failed" ? "select.failed" : "select.none")}</OptionNote>;
}

/** All while nothing was typed since the choice; else those that contain every word. */
function matching(options: readonly Option[], text: string, value: Option | null): readonly Option[] {
  if (text === value?.label) return options;
  const words = fold(text).split(/\s+/u);
  return options.filter((option) => {
    const searched = fold(`${option.label} ${option.description ?? ""} ${option.id}`);
    return words.every((word) => searched.includes(word));
  });
}

/** Without case and accents. */
export function fold(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase();
}

/** The present choice belongs to its own list as long as it is what the field shows. */
function withChosen(options: readonly Option[], text: string, value: Option | null): readonly Option[] {
  if (value === null || text !== value.label || options.some((one) => one.id === value.id)) return options;
  return [value, ...options];
}

const Field = styled(AriaComboBox)`
  ${fieldLayout}
` as typeof AriaComboBox;

const Line = styled(Input)`
  ${line}
`;

const Opener = styled(AriaButton)`
  ${frameButton}
`;
