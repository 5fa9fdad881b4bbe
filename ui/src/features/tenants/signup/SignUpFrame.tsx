import { useCallback, type ReactNode } from "react";
import { styled } from "styled-components";

import { getSetup } from "@/api/visitor";
import { DocumentTitle } from "@/design/layout/DocumentTitle";
import { Card, Stack } from "@/design/layout/layout";
import { Logo } from "@/design/Logo/Logo";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { Text } from "@/design/typography/typography";
import { useAnswer } from "@/session/useAnswer";

import { useVisitorTransport } from "./visitorTransport";

interface SignUpFrameProps {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}

/** One card in the middle of the page, under the provider's name, for people who have no account yet. */
export function SignUpFrame({ title, lead, children }: SignUpFrameProps): ReactNode {
  return (
    <Ground>
      <DocumentTitle>{title}</DocumentTitle>
      <Provider />
      <Sheet>
        <Stack $gap={6}>
          <Stack $gap={1}>
            <Title>{title}</Title>
            {lead !== undefined && <Text $tone="muted">{lead}</Text>}
          </Stack>
          {children}
        </Stack>
      </Sheet>
    </Ground>
  );
}

/** Whose product it is. Without an answer the mark stands alone. */
function Provider(): ReactNode {
  const transport = useVisitorTransport();
  const ask = useCallback(() => getSetup(transport), [transport]);
  const { answer } = useAnswer(ask);
  return (
    <Brand>
      <Logo size={36} />
      <bdi>{answer?.organizationName}</bdi>
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
  max-inline-size: 28rem;
  font-size: ${theme.text.size.large};
  font-weight: ${theme.text.weight.bold};
  letter-spacing: -0.008em;
  overflow-wrap: anywhere;
`;

const Sheet = styled(Card)`
  inline-size: min(28rem, calc(100vw - 2rem));
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
