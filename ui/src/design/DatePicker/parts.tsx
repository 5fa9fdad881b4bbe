/** What dates are typed into and chosen from. */
import { CalendarDays, ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import {
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
} from "react-aria-components/Calendar";
import { DateInput, DateSegment } from "react-aria-components/DateField";
import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Popover } from "react-aria-components/Popover";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { Frame, frameButton } from "../Field/Field";
import { floating, popoverMotion } from "../overlay/overlay";
import { theme } from "../theme";

/** A date that is typed part by part. `slot` is that of a range. */
export function Typed({ slot }: { slot?: "start" | "end" }): ReactNode {
  return (
    <Parts {...(slot === undefined ? {} : { slot })}>
      {(segment) => <Part segment={segment} $literal={segment.type === "literal"} />}
    </Parts>
  );
}

/** The edge around what is typed, with the button that opens the calendar. */
export function DateFrame({ children }: { children: ReactNode }): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Frame>
      <Inside>{children}</Inside>
      <Opener aria-label={t("date.open")}>
        <CalendarDays size={16} aria-hidden />
      </Opener>
    </Frame>
  );
}

/** The popup with the calendar. */
export function CalendarPopover({ children }: { children: ReactNode }): ReactNode {
  return (
    <Surface offset={4}>
      <Box>{children}</Box>
    </Surface>
  );
}

/** A month: its name, ways to the others, its days. Inside a react-aria calendar, of a range or of single days. */
export function Month({ range = false }: { range?: boolean }): ReactNode {
  return (
    <>
      <Head>
        <Turn slot="previous">
          <Back size={16} aria-hidden />
        </Turn>
        <Name />
        <Turn slot="next">
          <On size={16} aria-hidden />
        </Turn>
      </Head>
      <CalendarGrid>
        <CalendarGridHeader>{(day) => <Weekday>{day}</Weekday>}</CalendarGridHeader>
        <CalendarGridBody>{(date) => <Day date={date} $range={range} />}</CalendarGridBody>
      </CalendarGrid>
    </>
  );
}

const Inside = styled.div`
  flex: 1;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[1]};
  min-inline-size: 0;
  padding-inline-start: ${theme.space[3]};
`;

const Parts = styled(DateInput)`
  display: inline-flex;
  align-items: center;
  font-variant-numeric: tabular-nums;
`;

const Part = styled(DateSegment)<{ $literal: boolean }>`
  display: inline-grid;
  place-items: center;
  min-block-size: 1.5rem;
  min-inline-size: ${({ $literal }) => ($literal ? 0 : "1.5rem")};
  border-radius: ${theme.radius.small};
  white-space: pre;
  &[data-placeholder] {
    color: ${theme.color.faint};
  }
  &[data-focused] {
    outline: none;
    background: ${theme.color.accent};
    color: ${theme.color.onAccent};
  }
`;

const Opener = styled(AriaButton)`
  ${frameButton}
`;

const Surface = styled(Popover)`
  ${floating}
  ${popoverMotion}
  z-index: ${theme.layer.overlay};
  display: flex;
`;

const Box = styled(Dialog)`
  padding: ${theme.space[3]};
  overflow: auto;
  outline: none;
`;

const Head = styled.header`
  display: flex;
  align-items: center;
  justify-content: space-between;
  padding-block-end: ${theme.space[2]};
`;

const Name = styled(Heading)`
  font-size: ${theme.text.size.medium};
  font-weight: ${theme.text.weight.bold};
`;

const Turn = styled(AriaButton)`
  ${frameButton}
  block-size: 2rem;
  &[data-hovered] {
    background: ${theme.color.hover};
  }
  &[data-disabled] {
    opacity: 0.4;
  }
`;

const Back = styled(ChevronLeft)`
  &:dir(rtl) {
    scale: -1 1;
  }
`;

const On = styled(ChevronRight)`
  &:dir(rtl) {
    scale: -1 1;
  }
`;

const Weekday = styled(CalendarHeaderCell)`
  inline-size: 2.25rem;
  padding-block-end: ${theme.space[1]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
`;

const Day = styled(CalendarCell)<{ $range: boolean }>`
  display: grid;
  place-items: center;
  inline-size: 2.25rem;
  block-size: 2rem;
  border-radius: ${theme.radius.medium};
  outline: none;
  cursor: default;
  &[data-hovered] {
    background: ${theme.color.hover};
  }
  &[data-today] {
    font-weight: ${theme.text.weight.bold};
    color: ${theme.color.accentText};
  }
  &[data-outside-month] {
    display: none;
  }
  &[data-disabled],
  &[data-unavailable] {
    color: ${theme.color.faint};
    text-decoration: line-through;
    cursor: not-allowed;
  }
  ${({ $range }) =>
    $range &&
    css`
      &[data-selected] {
        border-radius: 0;
        background: ${theme.color.accentSoft};
        color: ${theme.color.onAccentSoft};
      }
    `}
  &${({ $range }) => ($range ? "[data-selection-start]" : "[data-selected]")}, &[data-selection-end] {
    border-radius: ${theme.radius.medium};
    background: ${theme.color.accent};
    color: ${theme.color.onAccent};
  }
  &[data-focus-visible] {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 1px;
  }
`;
