import { ChevronDown } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { fieldLayout, frame, LabelOf, WordsBelow, type FieldWords } from "../Field/Field";
import { OptionItems, OptionList, OptionPopover, type Option } from "../ListBox/options";
import { theme } from "../theme";

interface SelectOwnProps extends FieldWords {
  options: readonly Option[];
  /** While nothing is chosen. Default: “Choose”. */
  placeholder?: string;
  isDisabled?: boolean;
  isRequired?: boolean;
  name?: string;
  onBlur?: () => void;
  buttonRef?: Ref<HTMLButtonElement>;
}

export interface SelectProps extends SelectOwnProps {
  /** The id of an option; null for none. */
  value: string | null;
  onChange: (value: string) => void;
}

export interface MultiSelectProps extends SelectOwnProps {
  value: readonly string[];
  onChange: (value: string[]) => void;
}

/** One of some options, all of which are known. For many, or for some that are loaded, there is `ComboBox`. */
export function Select({ value, onChange, ...rest }: SelectProps): ReactNode {
  return (
    <Chooser {...rest} chosen={value === null ? [] : [value]}>
      {(props) => (
        <Field {...props} value={value} onChange={(key) => key !== null && onChange(String(key))}>
          {props.children}
        </Field>
      )}
    </Chooser>
  );
}

/** Any of some options; the list stays open while choosing. */
export function MultiSelect({ value, onChange, ...rest }: MultiSelectProps): ReactNode {
  return (
    <Chooser {...rest} chosen={value}>
      {(props) => (
        <Field {...props} selectionMode="multiple" value={value} onChange={(keys) => onChange(keys.map(String))}>
          {props.children}
        </Field>
      )}
    </Chooser>
  );
}

interface Common {
  isInvalid: boolean;
  validationBehavior: "aria";
  placeholder: string;
  children: ReactNode;
}

interface ChooserProps extends SelectOwnProps {
  chosen: readonly string[];
  children: (props: Common & Pick<SelectOwnProps, "isDisabled" | "isRequired" | "name" | "onBlur">) => ReactNode;
}

function Chooser({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  options,
  placeholder,
  buttonRef,
  chosen,
  children,
  ...rest
}: ChooserProps): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  const shown = options.filter((option) => chosen.includes(option.id));
  const content = (
    <>
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Trigger {...(buttonRef === undefined ? {} : { ref: buttonRef })}>
        <Value>
          {({ isPlaceholder, defaultChildren }) =>
            isPlaceholder ? (
              <Placeholder>{defaultChildren}</Placeholder>
            ) : (
              <>
                {shown.length === 1 && shown[0]?.icon}
                <Words>{format.list(shown.map((option) => option.label))}</Words>
              </>
            )
          }
        </Value>
        <ChevronDown size={16} aria-hidden />
      </Trigger>
      <WordsBelow description={description} error={error} />
      <OptionPopover offset={4}>
        <OptionList>
          <OptionItems options={options} />
        </OptionList>
      </OptionPopover>
    </>
  );
  return children({
    ...rest,
    isInvalid: error !== undefined,
    validationBehavior: "aria",
    placeholder: placeholder ?? t("select.placeholder"),
    children: content,
  });
}

const Field = styled(AriaSelect)`
  ${fieldLayout}
` as typeof AriaSelect;

const Trigger = styled(AriaButton)`
  ${frame}
  justify-content: space-between;
  gap: ${theme.space[2]};
  padding-inline: ${theme.space[3]} ${theme.space[2]};
  text-align: start;
  cursor: default;
  [data-invalid] > & {
    border-color: ${theme.color.danger.text};
  }
  & > svg {
    color: ${theme.color.muted};
  }
`;

const Value = styled(SelectValue)`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  min-inline-size: 0;
`;

const Words = styled.span`
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

const Placeholder = styled.span`
  color: ${theme.color.faint};
`;
