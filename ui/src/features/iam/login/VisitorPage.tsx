import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { PLATFORM } from "@/api/session";
import { DocumentTitle } from "@/design/layout/DocumentTitle";
import { Card, Stack } from "@/design/layout/layout";
import { Logo } from "@/design/Logo/Logo";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { Text } from "@/design/typography/typography";
import { useArea } from "@/session/AreaProvider";
import { useSession } from "@/session/SessionProvider";

interface VisitorPageProps {
  title: string;
  lead?: ReactNode;
  /** Below the card: ways to other pages. */
  footer?: ReactNode;
  children: ReactNode;
}

/** A page for people who are not signed in: one card in the middle, under the name of whose area it is. */
export function VisitorPage({ title, lead, footer, children }: VisitorPageProps): ReactNode {
  return (
    <Ground>
      <DocumentTitle>{title}</DocumentTitle>
      <Whose />
      <VisitorCard>
        <Stack $gap={6}>
          <Stack $gap={1}>
            <Title>{title}</Title>
            {lead !== undefined && <Text $tone="muted">{lead}</Text>}
          </Stack>
          {children}
        </Stack>
      </VisitorCard>
      {footer !== undefined && <Foot>{footer}</Foot>}
    </Ground>
  );
}

function Whose(): ReactNode {
  const { t } = useTranslation("login");
  const { realm } = useSession();
  const { name, logo } = useArea();
  return (
    <Brand>
      {logo === "" ? <Logo size={36} /> : <Picture src={logo} alt="" />}
      <bdi>{name ?? (realm === PLATFORM ? t("product") : realm)}</bdi>
    </Brand>
  );
}

const Ground = styled.main`
  position: relative;
  isolation: isolate;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: safe center;
  gap: ${theme.space[6]};
  min-block-size: 100dvb;
  padding: ${theme.space[8]} ${theme.space[4]} 12vh;
  &::before {
    content: "";
    position: absolute;
    inset: 0 0 auto;
    z-index: -1;
    block-size: 45vh;
    background: radial-gradient(60rem 100% at 50% 0, ${theme.color.accentSoft}, transparent);
  }
  @media ${breakpoints.narrow} {
    justify-content: flex-start;
  }
`;

const Brand = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  max-inline-size: 26rem;
  font-size: ${theme.text.size.large};
  font-weight: ${theme.text.weight.bold};
  letter-spacing: -0.008em;
  overflow-wrap: anywhere;
`;

const Picture = styled.img`
  max-block-size: 2.5rem;
  max-inline-size: 10rem;
  object-fit: contain;
`;

export const VisitorCard = styled(Card)`
  inline-size: min(26rem, calc(100vw - 2rem));
  padding: ${theme.space[8]};
  box-shadow: ${theme.shadow.middle};
  @media ${breakpoints.narrow} {
    padding: ${theme.space[6]} ${theme.space[5]};
  }
`;

const Title = styled.h1`
  font-size: ${theme.text.size.title};
  font-weight: ${theme.text.weight.bold};
  line-height: ${theme.text.line.tight};
  letter-spacing: -0.012em;
  text-wrap: balance;
`;

const Foot = styled.div`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  text-align: center;
`;
