import { useRef, useState, type ReactNode } from "react";

import { useFormat } from "@/i18n/Locale";

import { Button } from "../Button/Button";
import type { DayRange } from "../DatePicker/days";
import { later, usePreload } from "../later/later";
import { ChipWords } from "./Filters";

const Popup = later(async () => (await import("./FilterDatesPopup")).FilterDatesPopup);

interface FilterDatesProps {
  label: string;
  /** Days in the person's time zone: the page makes moments of them. */
  value: DayRange;
  onChange: (value: DayRange) => void;
}

/** Narrows down by when something was: the last days, or from a day to a day. */
export function FilterDates({ label, value, onChange }: FilterDatesProps): ReactNode {
  const format = useFormat();
  const ref = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  usePreload(Popup);
  const chosen = [value.from, value.to].map((day) => (day === null ? "" : format.day(day)));
  return (
    <>
      <Button ref={ref} aria-haspopup="dialog" aria-expanded={isOpen} onPress={() => setOpen(true)}>
        <ChipWords label={label} chosen={value.from === null && value.to === null ? "" : chosen.join(" – ")} />
      </Button>
      {isOpen && (
        <Popup triggerRef={ref} label={label} value={value} onChange={onChange} onClose={() => setOpen(false)} />
      )}
    </>
  );
}
