import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "../theme";
import { Code, Text } from "../typography/typography";

type Tone = "danger" | "success" | "warning" | "info";

interface NoticeProps {
  tone: Tone;
  title?: string;
  /** Shown small, for reports to the operators. */
  requestId?: string | undefined;
  /** Beside or below: what to do about it. */
  actions?: ReactNode;
  children: ReactNode;
}

const icons = { danger: CircleAlert, success: CircleCheck, warning: TriangleAlert, info: Info };

/** Says something about the page it is on. Screen readers say it when it appears, failures at once. */
export function Notice({ tone, title, requestId, actions, children }: NoticeProps): ReactNode {
  const { t } = useTranslation("design");
  const Icon = icons[tone];
  return (
    <Box $tone={tone} role={tone === "danger" ? "alert" : "status"}>
      <Icon size={16} aria-hidden />
      <Words>
        {title !== undefined && <Text $weight="bold">{title}</Text>}
        <div>{children}</div>
        {requestId !== undefined && requestId !== "" && (
          <Text $size="tiny" $tone="muted">
            {t("requestId")} <Code>{requestId}</Code>
          </Text>
        )}
        {actions}
      </Words>
    </Box>
  );
}

const Box = styled.div<{ $tone: Tone }>`
  display: flex;
  gap: ${theme.space[2]};
  padding: ${theme.space[2]} ${theme.space[3]};
  border: 1px solid ${({ $tone }) => theme.color[$tone].line};
  border-radius: ${theme.radius.medium};
  background: ${({ $tone }) => theme.color[$tone].soft};
  & > svg {
    margin-block-start: 0.125rem;
    color: ${({ $tone }) => theme.color[$tone].text};
  }
`;

const Words = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[1]};
  min-inline-size: 0;
`;
