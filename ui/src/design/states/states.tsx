/** What stands where content would be, when there is none. */
import { CircleAlert, Lock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useErrorText, type Failure } from "@/i18n/errorText";

import { Button } from "../Button/Button";
import { Inline } from "../layout/layout";
import { theme } from "../theme";
import { Code, Heading, Text } from "../typography/typography";

interface StateProps {
  /** An icon of 20 px. */
  icon?: ReactNode;
  title: string;
  /** What it means, or what to do. */
  children?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
}

/** There is nothing yet, or nothing that fits: says why, and offers the next step. */
export function EmptyState({ icon, title, children, actions }: StateProps): ReactNode {
  return (
    <State role="status">
      {icon !== undefined && <Disc aria-hidden>{icon}</Disc>}
      <Words>
        <Heading as="p" $size="medium">
          {title}
        </Heading>
        {children !== undefined && (
          <Text as="div" $tone="muted" $size="small">
            {children}
          </Text>
        )}
      </Words>
      {actions !== undefined && <Inline $justify="center">{actions}</Inline>}
    </State>
  );
}

interface ErrorStateProps {
  /** What could not be shown. Default: a general sentence. */
  title?: string;
  /** Its reason is said in words. Anything else than a failure of a call is called unexpected. */
  failure: unknown;
  /** Shown small, for reports to the operators. */
  requestId?: string | undefined;
  /** Offers to try it again. */
  onRetry?: () => void;
  isRetrying?: boolean;
}

/** In place of content that could not be loaded. A missing permission is shown as `NoPermission`. */
export function ErrorState({ title, failure, requestId, onRetry, isRetrying = false }: ErrorStateProps): ReactNode {
  const { t } = useTranslation("design");
  const { errorText } = useErrorText();
  if (isFailure(failure) && failure.reason === "PERMISSION_MISSING")
    return <NoPermission permission={failure.metadata["permission"]} />;
  return (
    <State role="alert">
      <Disc aria-hidden $tone="danger">
        <CircleAlert size={20} />
      </Disc>
      <Words>
        <Heading as="p" $size="medium">
          {title ?? t("state.failed")}
        </Heading>
        <Text $tone="muted" $size="small">
          {isFailure(failure) ? errorText(failure) : t("state.unexpected")}
        </Text>
        {requestId !== undefined && requestId !== "" && (
          <Text $tone="muted" $size="tiny">
            {t("requestId")} <Code>{requestId}</Code>
          </Text>
        )}
      </Words>
      {onRetry !== undefined && (
        <Button onPress={onRetry} isPending={isRetrying}>
          {t("state.retry")}
        </Button>
      )}
    </State>
  );
}

interface NoPermissionProps {
  /** The one that is missing, such as `users.read`. */
  permission?: string | undefined;
  /** Whom to ask. Default: an administrator. */
  children?: ReactNode;
}

/** In place of content that the person may not see. */
export function NoPermission({ permission, children }: NoPermissionProps): ReactNode {
  const { t } = useTranslation("design");
  return (
    <State role="status">
      <Disc aria-hidden>
        <Lock size={20} />
      </Disc>
      <Words>
        <Heading as="p" $size="medium">
          {t("state.noPermission")}
        </Heading>
        <Text as="div" $tone="muted" $size="small">
          {children ?? t("state.askAdmin")}
        </Text>
        {permission !== undefined && permission !== "" && (
          <Text $tone="muted" $size="small">
            {t("state.needed")} <Code>{permission}</Code>
          </Text>
        )}
      </Words>
    </State>
  );
}

/** Whether something that was thrown is a failure with a reason. */
export function isFailure(thrown: unknown): thrown is Failure {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "reason" in thrown &&
    typeof thrown.reason === "string" &&
    "metadata" in thrown
  );
}

const State = styled.div`
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: ${theme.space[4]};
  padding: ${theme.space[10]} ${theme.space[4]};
  text-align: center;
`;

const Words = styled.div`
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: ${theme.space[1]};
  max-inline-size: 26rem;
  text-wrap: balance;
`;

const Disc = styled.span<{ $tone?: "danger" }>`
  display: grid;
  place-items: center;
  inline-size: 2.75rem;
  block-size: 2.75rem;
  border: 1px solid ${({ $tone }) => ($tone === undefined ? theme.color.border : theme.color.danger.line)};
  border-radius: ${theme.radius.large};
  background: ${({ $tone }) => ($tone === undefined ? theme.color.surface : theme.color.danger.soft)};
  box-shadow: ${theme.shadow.low};
  color: ${({ $tone }) => ($tone === undefined ? theme.color.muted : theme.color.danger.text)};
`;
