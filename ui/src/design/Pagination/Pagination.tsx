import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { Button } from "../Button/Button";
import { Inline } from "../layout/layout";
import { theme } from "../theme";
import { Text } from "../typography/typography";

/** `page` of `useListState` fits, with the present answer's `nextPageToken`. */
export interface PageState {
  /** From 1. */
  number: number;
  hasPrevious: boolean;
  next: (token: string) => void;
  previous: () => void;
}

interface PaginationProps {
  page: PageState;
  /** Of the present answer; empty on the last page, undefined while it is not known. */
  nextPageToken: string | undefined;
  /** How many there are in all, where the platform says it. */
  total?: number | bigint | undefined;
  /** A page is on its way. */
  isLoading?: boolean;
  /** On the other side, such as the choice of the page's size. */
  children?: ReactNode;
}

/**
 * Forwards and back through a list whose pages lead only to the next: such lists have no page numbers to jump to. Its
 * buttons stay in reach at both ends, so that the keyboard is never left nowhere.
 */
export function Pagination({ page, nextPageToken, total, isLoading = false, children }: PaginationProps): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  const hasNext = nextPageToken !== undefined && nextPageToken !== "";
  return (
    <Bar aria-label={t("pages.label")}>
      <Inline $gap={3}>
        <Text $size="small" $tone="muted" $numeric role="status">
          {t("pages.number", { number: format.number(page.number) })}
          {total !== undefined && ` · ${t("pages.total", { total: format.number(total), count: Number(total) })}`}
        </Text>
        {children}
      </Inline>
      <Inline $gap={1} $nowrap>
        <Button
          size="small"
          icon={<Back size={16} aria-hidden />}
          disabledReason={page.hasPrevious ? undefined : t("pages.first")}
          onPress={() => !isLoading && page.previous()}
        >
          {t("pages.previous")}
        </Button>
        <Button
          size="small"
          disabledReason={hasNext || isLoading ? undefined : t("pages.last")}
          onPress={() => !isLoading && page.next(nextPageToken ?? "")}
        >
          {t("pages.next")}
          <On size={16} aria-hidden />
        </Button>
      </Inline>
    </Bar>
  );
}

const Bar = styled.nav`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[2]} ${theme.space[4]};
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
