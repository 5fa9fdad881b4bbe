import { ChevronDown, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { Button } from "../Button/Button";
import { MenuButton } from "../Menu/MenuButton";
import { SearchField } from "../SearchField/SearchField";
import { theme } from "../theme";

interface FiltersProps {
  /** Searches by text. */
  search?: { label: string; placeholder?: string; value: string; onChange: (value: string) => void };
  /** `filtered` of `useListState`: whether there is something to clear. */
  filtered: boolean;
  /** `clear` of `useListState`. */
  onClear: () => void;
  /** `FilterChoice` and `FilterDates`. */
  children?: ReactNode;
}

/** What a list is narrowed down by. Its values live in the address: bind them to `useListState`. */
export function Filters({ search, filtered, onClear, children }: FiltersProps): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Row role="search">
      {search !== undefined && <SearchField {...search} />}
      {children}
      {filtered && (
        <Button variant="quiet" icon={<X size={14} aria-hidden />} onPress={onClear}>
          {t("filter.clear")}
        </Button>
      )}
    </Row>
  );
}

interface FilterChoiceProps<V extends string> {
  label: string;
  options: readonly { id: V; label: string; icon?: ReactNode }[];
  /** Several, or with `one` at most one. None: everything. */
  value: readonly V[];
  onChange: (value: V[]) => void;
  one?: boolean;
}

/** Narrows down by some of a few words, such as states. */
export function FilterChoice<V extends string>({
  label,
  options,
  value,
  onChange,
  one = false,
}: FilterChoiceProps<V>): ReactNode {
  const { t } = useTranslation("design");
  const chosen = options.filter((option) => value.includes(option.id));
  const know = (ids: readonly string[]): V[] => options.flatMap(({ id }) => (ids.includes(id) ? [id] : []));
  return (
    <Chip
      label={label}
      chosen={chosen.map((option) => option.label)}
      entries={[
        {
          id: "options",
          items: options,
          choice: {
            mode: "many",
            chosen: value,
            // The one chosen last; choosing it again takes it away.
            onChange: (ids) => onChange(know(one ? ids.filter((id) => !value.includes(id as V)) : ids)),
          },
        },
        ...(value.length === 0
          ? []
          : [{ id: "clear", items: [{ id: "clear", label: t("filter.all"), onAction: () => onChange([]) }] }]),
      ]}
    />
  );
}

interface ChipProps {
  label: string;
  chosen: readonly string[];
  entries: Parameters<typeof MenuButton>[0]["entries"];
}

/** A button that says what it narrows down by. */
function Chip({ label, chosen, entries }: ChipProps): ReactNode {
  const format = useFormat();
  return (
    <MenuButton label={label} entries={entries}>
      <ChipWords label={label} chosen={format.list(chosen)} />
    </MenuButton>
  );
}

/** What stands in a filter's button: its name, and what is chosen. */
export function ChipWords({ label, chosen }: { label: string; chosen: string }): ReactNode {
  return (
    <>
      <Label $alone={chosen === ""}>{label}</Label>
      {chosen !== "" && <Chosen dir="auto">{chosen}</Chosen>}
      <Arrow size={14} aria-hidden />
    </>
  );
}

const Row = styled.div`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[2]};
`;

const Label = styled.span<{ $alone: boolean }>`
  color: ${({ $alone }) => ($alone ? "inherit" : theme.color.muted)};
  font-weight: ${({ $alone }) => ($alone ? "inherit" : theme.text.weight.regular)};
`;

const Chosen = styled.span`
  overflow: hidden;
  max-inline-size: 14rem;
  text-overflow: ellipsis;
  line-height: 1.25rem;
`;

const Arrow = styled(ChevronDown)`
  color: ${theme.color.muted};
  margin-inline-end: -0.125rem;
`;
