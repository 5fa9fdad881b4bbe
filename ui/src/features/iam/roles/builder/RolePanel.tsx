import { Minus, MousePointerClick, Plus, X } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { useDrag } from "react-aria/useDrag";
import { useDrop } from "react-aria/useDrop";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { Card, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { theme } from "@/design/theme";
import { Heading, Overline, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { droppedPermissions } from "./dropped";
import { PERMISSION_TYPE } from "./PermissionChip";
import type { Composition } from "./useComposition";
import type { RoleChanges, RoleValues } from "./values";

interface RolePanelProps {
  values: RoleValues;
  composition: Composition;
  changes: RoleChanges;
  isNew: boolean;
  /** How many permissions there are. */
  total: number;
  /** Why nothing can be changed; undefined when it can. */
  fixed: string | undefined;
  /** Names of the role that stand for nothing in this installation. */
  unknown: readonly string[];
  onAdd: (patterns: string[]) => void;
  onRemove: (patterns: string[]) => void;
}

/** The role as it will be: what it names itself, what it inherits, what that comes to, and what changes. */
export function RolePanel(props: RolePanelProps): ReactNode {
  const { values, composition, changes, isNew, total, fixed, unknown, onAdd, onRemove } = props;
  const { t } = useTranslation("roles");
  const format = useFormat();
  const ref = useRef<HTMLDivElement>(null);
  const { dropProps, isDropTarget } = useDrop({
    ref,
    isDisabled: fixed !== undefined,
    getDropOperation: (types) => (types.has(PERMISSION_TYPE) ? "move" : "cancel"),
    onDrop: (event) => void droppedPermissions(event).then(onAdd),
  });
  const { effective, chain, tooMuch } = composition;
  return (
    <Drop ref={ref} {...dropProps} $target={isDropTarget} role="region" aria-label={t("panel.title")}>
      <Card>
        <Stack>
          <Heading>{t("panel.title")}</Heading>
          <ProgressBar
            label={t("panel.comesTo")}
            value={effective.size}
            max={Math.max(total, 1)}
            valueText={t("panel.ofAll", { count: effective.size, total: format.number(total) })}
          />
          {tooMuch.length > 0 && (
            <Notice tone="warning" title={t("panel.tooMuch")}>
              {t("panel.tooMuchText", { permissions: format.list(tooMuch.slice(0, 5)), count: tooMuch.length })}
            </Notice>
          )}
          <Stack $gap={2}>
            <Overline as="h3">{t("panel.own")}</Overline>
            {values.permissions.length === 0 ? (
              <Hint>
                <MousePointerClick size={16} aria-hidden />
                {t("panel.empty")}
              </Hint>
            ) : (
              <Names aria-label={t("panel.own")}>
                {values.permissions.map((pattern) => (
                  <li key={pattern}>
                    <OwnName
                      pattern={pattern}
                      added={!isNew && changes.permissions.added.includes(pattern)}
                      unknown={unknown.includes(pattern)}
                      {...(fixed === undefined ? { onRemove: () => onRemove([pattern]) } : {})}
                    />
                  </li>
                ))}
              </Names>
            )}
          </Stack>
          {chain.slice(1).map((ancestor) => (
            <Stack $gap={2} key={ancestor.id}>
              <Overline as="h3">{t("panel.inherited", { role: ancestor.displayName })}</Overline>
              <Names aria-label={t("panel.inherited", { role: ancestor.displayName })}>
                {ancestor.permissions.map((pattern) => (
                  <li key={pattern}>
                    <Name $kind="inherited">{pattern}</Name>
                  </li>
                ))}
              </Names>
            </Stack>
          ))}
          {!isNew && changes.any && <Changes composition={composition} changes={changes} />}
        </Stack>
      </Card>
    </Drop>
  );
}

function Changes({ composition, changes }: Pick<RolePanelProps, "composition" | "changes">): ReactNode {
  const { t } = useTranslation("roles");
  const { added, removed } = changes.permissions;
  const { effect } = composition;
  const fields = (["displayName", "description", "parentId"] as const).filter((one) => one in changes.fields);
  return (
    <Diff aria-label={t("panel.changes")}>
      <Overline as="h3">{t("panel.changes")}</Overline>
      <ul>
        {fields.map((field) => (
          <li key={field}>{t(`panel.changed.${field}`)}</li>
        ))}
        {added.map((one) => (
          <Line key={one} $sign="added">
            <Plus size={12} aria-label={t("panel.added")} />
            {one}
          </Line>
        ))}
        {removed.map((one) => (
          <Line key={one} $sign="removed">
            <Minus size={12} aria-label={t("panel.removed")} />
            {one}
          </Line>
        ))}
      </ul>
      <Text $size="small" $tone="muted">
        {t("panel.effect", { gained: effect.added.length, lost: effect.removed.length })}
      </Text>
    </Diff>
  );
}

interface OwnNameProps {
  pattern: string;
  added: boolean;
  unknown: boolean;
  onRemove?: () => void;
}

function OwnName({ pattern, added, unknown, onRemove }: OwnNameProps): ReactNode {
  const { t } = useTranslation("roles");
  const { dragProps } = useDrag({
    hasDragButton: true,
    isDisabled: onRemove === undefined,
    getItems: () => [{ [PERMISSION_TYPE]: pattern }],
  });
  return (
    <Name {...dragProps} $kind={added ? "added" : unknown ? "unknown" : "own"}>
      {pattern}
      {unknown && <small>{t("panel.unknown")}</small>}
      {onRemove !== undefined && (
        <Remove aria-label={t("panel.remove", { permission: pattern })} onPress={onRemove}>
          <X size={12} aria-hidden />
        </Remove>
      )}
    </Name>
  );
}

const Drop = styled.div<{ $target: boolean }>`
  border-radius: ${theme.radius.large};
  outline: ${({ $target }) => ($target ? `2px dashed ${theme.color.focus}` : "none")};
  outline-offset: 2px;
`;

const Hint = styled.p`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[4]};
  border: 1px dashed ${theme.color.control};
  border-radius: ${theme.radius.medium};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;

const Names = styled.ul`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space.snug};
  & > li {
    max-inline-size: 100%;
  }
`;

const kinds = {
  own: css`
    background: ${theme.color.accentSoft};
    color: ${theme.color.onAccentSoft};
  `,
  added: css`
    background: ${theme.color.success.soft};
    color: ${theme.color.success.text};
  `,
  inherited: css`
    border-color: ${theme.color.control};
    border-style: dashed;
    color: ${theme.color.muted};
  `,
  unknown: css`
    background: ${theme.color.sunken};
    color: ${theme.color.muted};
  `,
};

const Name = styled.span<{ $kind: keyof typeof kinds }>`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[1]};
  max-inline-size: 100%;
  min-block-size: 1.625rem;
  padding-inline: ${theme.space[2]};
  border: 1px solid transparent;
  border-radius: ${theme.radius.full};
  font-family: ${theme.font.code};
  font-size: ${theme.text.size.tiny};
  overflow-wrap: anywhere;
  ${({ $kind }) => kinds[$kind]}
  & > small {
    font-family: ${theme.font.body};
  }
`;

const Remove = styled(AriaButton)`
  display: inline-grid;
  place-items: center;
  inline-size: 1.5rem;
  block-size: 1.5rem;
  margin-inline-end: -${theme.space.snug};
  border: 0;
  border-radius: ${theme.radius.full};
  background: none;
  &[data-hovered] {
    background: ${theme.color.active};
  }
  &[data-focus-visible] {
    outline-offset: -2px;
  }
`;

const Diff = styled.section`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
  padding: ${theme.space[3]};
  border: 1px solid ${theme.color.warning.line};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.warning.soft};
  font-size: ${theme.text.size.small};
`;

const Line = styled.li<{ $sign: "added" | "removed" }>`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  color: ${({ $sign }) => ($sign === "added" ? theme.color.success.text : theme.color.danger.text)};
  font-family: ${theme.font.code};
  font-size: ${theme.text.size.tiny};
  line-height: 1.6;
  & > svg {
    forced-color-adjust: none;
  }
`;
