import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Tag, TagGroup, TagList } from "react-aria-components/TagGroup";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Option } from "../ListBox/options";
import { theme } from "../theme";
import { ComboBox, type ComboBoxProps } from "./ComboBox";

export interface MultiComboBoxProps extends Omit<ComboBoxProps, "value" | "onChange" | "empties"> {
  value: readonly Option[];
  onChange: (value: Option[]) => void;
}

/** Any of many options, found by typing. Those chosen stand above, and are removed by their cross, or by Delete. */
export function MultiComboBox({ value, onChange, options, load, ...rest }: MultiComboBoxProps): ReactNode {
  const { t } = useTranslation("design");
  const left = (all: readonly Option[]): Option[] => all.filter((one) => !value.some(({ id }) => id === one.id));
  const source =
    load === undefined
      ? { options: left(options ?? []) }
      : { load: async (...asked: Parameters<typeof load>) => left(await load(...asked)) };
  return (
    <Box>
      <ComboBox
        {...rest}
        {...source}
        empties
        value={null}
        onChange={(option) => option !== null && onChange([...value, option])}
      />
      {value.length > 0 && (
        <TagGroup
          aria-label={t("select.chosen", { label: rest.label })}
          onRemove={(keys) => onChange(value.filter((one) => !keys.has(one.id)))}
        >
          <Chosen items={value}>
            {(option) => (
              <Chip id={option.id} textValue={option.label}>
                {option.icon}
                <Word dir="auto">{option.label}</Word>
                <Cross slot="remove" aria-label={t("select.remove", { label: option.label })}>
                  <X size={12} aria-hidden />
                </Cross>
              </Chip>
            )}
          </Chosen>
        </TagGroup>
      )}
    </Box>
  );
}

const Box = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
  min-inline-size: 0;
`;

const Chosen = styled(TagList)`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space[1]};
` as typeof TagList;

const Chip = styled(Tag)`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[1]};
  max-inline-size: 100%;
  min-block-size: 1.5rem;
  padding-inline-start: ${theme.space[2]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.sunken};
  font-size: ${theme.text.size.small};
  cursor: default;
`;

const Word = styled.span`
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

const Cross = styled(AriaButton)`
  display: inline-grid;
  place-items: center;
  flex: none;
  inline-size: 1.5rem;
  block-size: 1.5rem;
  border: 0;
  border-radius: ${theme.radius.medium};
  background: transparent;
  color: ${theme.color.muted};
  &[data-hovered] {
    color: ${theme.color.text};
  }
`;
