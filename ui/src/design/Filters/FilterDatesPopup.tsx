import { today } from "@internationalized/date";
import type { ReactNode, RefObject } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { Button } from "../Button/Button";
import { DateRangePicker } from "../DatePicker/DateRangePicker";
import { NO_DAYS, type DayRange } from "../DatePicker/days";
import { floating, popoverMotion } from "../overlay/overlay";
import { theme } from "../theme";

interface FilterDatesPopupProps {
  triggerRef: RefObject<Element | null>;
  label: string;
  value: DayRange;
  onChange: (value: DayRange) => void;
  onClose: () => void;
}

const SPANS = [1, 7, 30, 90] as const;

export function FilterDatesPopup({ triggerRef, label, value, onChange, onClose }: FilterDatesPopupProps): ReactNode {
  const { t } = useTranslation("design");
  const { timeZone } = useFormat();
  const last = today(timeZone);
  const choose = (range: DayRange): void => {
    onChange(range);
    onClose();
  };
  return (
    <Surface
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      triggerRef={triggerRef}
      offset={4}
      placement="bottom start"
    >
      <Box aria-label={label}>
        <Spans>
          {SPANS.map((days) => (
            <Button
              key={days}
              size="small"
              onPress={() => choose({ from: last.subtract({ days: days - 1 }).toString(), to: last.toString() })}
            >
              {t("date.last", { count: days })}
            </Button>
          ))}
        </Spans>
        <DateRangePicker label={t("date.range")} value={value} onChange={onChange} max={last.toString()} />
        {(value.from !== null || value.to !== null) && (
          <Button size="small" variant="quiet" onPress={() => choose(NO_DAYS)}>
            {t("date.any")}
          </Button>
        )}
      </Box>
    </Surface>
  );
}

const Surface = styled(Popover)`
  ${floating}
  ${popoverMotion}
  z-index: ${theme.layer.overlay};
  max-inline-size: min(22rem, calc(100vw - ${theme.space[4]}));
`;

const Box = styled(Dialog)`
  display: flex;
  flex-direction: column;
  align-items: stretch;
  gap: ${theme.space[3]};
  padding: ${theme.space[3]};
  outline: none;
`;

const Spans = styled.div`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space[1]};
`;
