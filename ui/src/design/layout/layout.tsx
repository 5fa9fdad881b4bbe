/** Where things stand. Nothing else in the application sets margins between components. */
import { Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { css, keyframes, styled } from "styled-components";

import { Spinner } from "../Spinner/Spinner";
import { theme } from "../theme";
import { breakpoints, type Tokens } from "../tokens";
import { VisuallyHidden } from "../typography/typography";
import { DocumentTitle } from "./DocumentTitle";

export type Space = keyof Tokens["space"];

const gapOf = (space: Space): string => theme.space[space];

/** One below the other. Default gap: 16 px. */
export const Stack = styled.div<{ $gap?: Space; $align?: "start" | "center" | "end" | "stretch" }>`
  display: flex;
  flex-direction: column;
  align-items: ${({ $align = "stretch" }) => $align};
  gap: ${({ $gap = 4 }) => gapOf($gap)};
  min-inline-size: 0;
`;

/** One beside the other, onto further lines where there is no room. Default gap: 8 px. */
export const Inline = styled.div<{
  $gap?: Space;
  $align?: "start" | "center" | "end" | "baseline";
  $justify?: "start" | "center" | "end" | "space-between";
  $nowrap?: boolean;
}>`
  display: flex;
  flex-wrap: ${({ $nowrap = false }) => ($nowrap ? "nowrap" : "wrap")};
  align-items: ${({ $align = "center" }) => $align};
  justify-content: ${({ $justify = "start" }) => $justify};
  gap: ${({ $gap = 2 }) => gapOf($gap)};
  min-inline-size: 0;
`;

/** As many columns as there is room for, each at least `$least` wide. Default: 16rem wide, gap 16 px. */
export const Grid = styled.div<{ $least?: string; $gap?: Space }>`
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, ${({ $least = "16rem" }) => $least}), 1fr));
  gap: ${({ $gap = 4 }) => gapOf($gap)};
`;

/** A sheet on the page. `$flush` lets a table or list reach its edges. */
export const Card = styled.section<{ $flush?: boolean }>`
  min-inline-size: 0;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.surface};
  box-shadow: ${theme.shadow.low};
  ${({ $flush = false }) =>
    $flush
      ? css`
          overflow: clip;
        `
      : css`
          padding: ${theme.space[5]};
        `}
`;

interface PageProps {
  title: string;
  /** Beside the title: what can be done with the whole page. */
  actions?: ReactNode;
  /** Under the title, one line. */
  description?: ReactNode;
  /** Above the title: where one is. */
  trail?: ReactNode;
  children: ReactNode;
}

/**
 * The content of one address: its only `h1` and what follows. Sets the document's title. Both stay while something of
 * what follows is on its way, such as its texts.
 */
export function Page({ title, actions, description, trail, children }: PageProps): ReactNode {
  return (
    <Sheet>
      <DocumentTitle>{title}</DocumentTitle>
      <Head>
        {trail}
        <Inline $justify="space-between" $gap={3}>
          <Stack $gap={1}>
            <PageTitle>{title}</PageTitle>
            {description !== undefined && <Lead>{description}</Lead>}
          </Stack>
          {actions !== undefined && <Inline>{actions}</Inline>}
        </Inline>
      </Head>
      <Suspense fallback={<Coming />}>{children}</Suspense>
    </Sheet>
  );
}

function Coming(): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Middle role="status" data-loading>
      <Spinner size={20} />
      <VisuallyHidden>{t("page.loading")}</VisuallyHidden>
    </Middle>
  );
}

const appear = keyframes`from { opacity: 0; }`;

/* It shows only after a moment: most things are there before. */
const Middle = styled.div`
  display: grid;
  place-items: center;
  min-block-size: 12rem;
  color: ${theme.color.muted};
  animation: ${appear} ${theme.motion.medium} 300ms backwards;
`;

const Sheet = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[5]};
  inline-size: 100%;
  max-inline-size: ${theme.width.page};
  margin-inline: auto;
  padding: ${theme.space[6]} ${theme.space[8]} ${theme.space[16]};
  @media ${breakpoints.narrow} {
    padding: ${theme.space[4]} ${theme.space[4]} ${theme.space[12]};
  }
`;

const Head = styled.header`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
`;

const PageTitle = styled.h1`
  font-size: ${theme.text.size.title};
  font-weight: ${theme.text.weight.bold};
  line-height: ${theme.text.line.tight};
  letter-spacing: -0.012em;
`;

const Lead = styled.p`
  color: ${theme.color.muted};
`;
