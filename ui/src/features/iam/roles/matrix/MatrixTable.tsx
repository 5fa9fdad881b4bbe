import { Check, CornerDownRight, Dot, Lock } from "lucide-react";
import { memo, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import type { Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { useGridFocus } from "@/design/grid/useGridFocus";
import { Link } from "@/design/Link/Link";
import { theme } from "@/design/theme";
import { VisuallyHidden } from "@/design/typography/typography";

import { useScope } from "../../scope/ScopeProvider";
import { grouped } from "../grants";
import { useModuleName } from "../moduleName";
import { cellOf, drafted, type CellState, type Drafts } from "./drafts";

export interface MatrixTableProps {
  /** The columns. */
  shown: readonly Role[];
  /** All of them, for what is inherited. */
  roles: readonly Role[];
  catalogue: readonly Permission[];
  drafts: Drafts;
  /** Why a cell cannot be changed; undefined when it can. */
  reasonOf: (role: Role, pattern: string, state: CellState) => string | undefined;
  onToggle: (role: Role, pattern: string) => void;
}

/** Roles × permissions. A grid for the keyboard: see `useGridFocus`; Space changes a cell. */
export function MatrixTable({ shown, roles, catalogue, drafts, reasonOf, onToggle }: MatrixTableProps): ReactNode {
  const { t } = useTranslation("roles");
  const { to } = useScope();
  const moduleName = useModuleName();
  const groups = useMemo(() => grouped(catalogue), [catalogue]);
  const grid = useGridFocus<HTMLTableElement>();
  return (
    <Scroll>
      <Table role="grid" aria-label={t("matrix.title")} {...grid}>
        <thead>
          <Row>
            <Corner scope="col">
              <VisuallyHidden>{t("matrix.permission")}</VisuallyHidden>
            </Corner>
            {shown.map((role) => (
              <RoleHead key={role.id} scope="col" $changed={role.id in drafts}>
                <Link variant="quiet" href={to("role", { id: role.id })}>
                  <bdi>{role.displayName}</bdi>
                </Link>
                {role.builtIn && <small>{t("builtIn")}</small>}
              </RoleHead>
            ))}
          </Row>
        </thead>
        {groups.map(({ module, nouns }) => (
          <tbody key={module}>
            <tr>
              <ModuleHead scope="rowgroup" colSpan={shown.length + 1}>
                <span>{moduleName(module)}</span>
              </ModuleHead>
            </tr>
            {nouns.flatMap(({ noun, permissions }) =>
              rowsOf(noun, permissions, shown, drafts).map((pattern) => (
                <Row key={pattern}>
                  <PermissionHead scope="row" $wide={pattern.endsWith("*")}>
                    {pattern}
                  </PermissionHead>
                  {shown.map((role) => {
                    const state = cellOf(role, pattern, drafts, roles);
                    return (
                      <Cell
                        key={role.id}
                        role={role}
                        pattern={pattern}
                        kind={state.kind}
                        changed={state.changed}
                        from={fromText(state)}
                        reason={reasonOf(role, pattern, state)}
                        onToggle={onToggle}
                      />
                    );
                  })}
                </Row>
              )),
            )}
          </tbody>
        ))}
      </Table>
    </Scroll>
  );
  function fromText({ kind, by }: CellState): string | undefined {
    if (by === undefined) return undefined;
    return kind === "inherited"
      ? t("builder.inherited", { role: by.role, pattern: by.pattern })
      : t("builder.covered", { pattern: by.pattern });
  }
}

/** The names of a noun's rows. The star of a single permission is a row only where a role has it. */
export function rowsOf(
  noun: string,
  permissions: readonly Pick<Permission, "id">[],
  shown: readonly Role[],
  drafts: Drafts,
): string[] {
  const star = `${noun}.*`;
  const ids = permissions.map(({ id }) => id);
  return ids.length > 1 || shown.some((role) => drafted(role, drafts).includes(star)) ? [star, ...ids] : ids;
}

interface CellProps {
  role: Role;
  pattern: string;
  kind: CellState["kind"];
  changed: boolean;
  /** Where it comes from, when the role does not name it itself. */
  from: string | undefined;
  reason: string | undefined;
  onToggle: (role: Role, pattern: string) => void;
}

const Cell = memo(function Cell({ role, pattern, kind, changed, from, reason, onToggle }: CellProps): ReactNode {
  const { t } = useTranslation("roles");
  const about = [from, reason === from ? undefined : reason].filter((one) => one !== undefined).join(" ");
  const name = t("matrix.cell", { permission: pattern, role: role.displayName });
  return (
    <Square $changed={changed}>
      <Mark
        type="button"
        role="checkbox"
        tabIndex={-1}
        aria-checked={kind === "off" ? "false" : kind === "on" ? "true" : "mixed"}
        aria-disabled={reason !== undefined}
        aria-label={[name, about, changed ? t("matrix.changed") : ""].filter((one) => one !== "").join(". ")}
        title={about === "" ? undefined : about}
        onClick={() => reason === undefined && onToggle(role, pattern)}
        $kind={kind}
      >
        {kind === "on" && <Check size={14} aria-hidden />}
        {kind === "covered" && <Dot size={18} aria-hidden />}
        {kind === "inherited" && <CornerDownRight size={12} aria-hidden />}
        {kind === "off" && reason !== undefined && !role.builtIn && <Lock size={10} aria-hidden />}
      </Mark>
    </Square>
  );
});

const Scroll = styled.div`
  max-block-size: calc(100dvb - 12rem);
  min-block-size: 20rem;
  overflow: auto;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.surface};
`;

// Roles are written out where `useGridFocus` finds its way by them; the names of modules are no stops of it.
const Row = styled.tr.attrs({ role: "row" })``;

const Table = styled.table`
  border-collapse: separate;
  border-spacing: 0;
  min-inline-size: 100%;
`;

const head = css`
  position: sticky;
  background: ${theme.color.sunken};
  text-align: start;
  font-weight: ${theme.text.weight.medium};
`;

const Corner = styled.th.attrs({ role: "columnheader" })`
  ${head}
  inset-block-start: 0;
  inset-inline-start: 0;
  z-index: 3;
  min-inline-size: 14rem;
  border-block-end: 1px solid ${theme.color.border};
`;

const RoleHead = styled.th.attrs({ role: "columnheader" })<{ $changed: boolean }>`
  ${head}
  inset-block-start: 0;
  z-index: 2;
  inline-size: 7rem;
  min-inline-size: 6.5rem;
  max-inline-size: 9rem;
  padding: ${theme.space[2]};
  border-block-end: 1px solid ${theme.color.border};
  font-size: ${theme.text.size.small};
  line-height: ${theme.text.line.tight};
  vertical-align: bottom;
  text-align: center;
  & bdi {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  & > small {
    display: block;
    color: ${theme.color.muted};
    font-weight: ${theme.text.weight.regular};
  }
  ${({ $changed }) =>
    $changed &&
    css`
      box-shadow: inset 0 -3px ${theme.color.warning.solid};
    `}
`;

const ModuleHead = styled.th`
  padding: ${theme.space[4]} ${theme.space[3]} ${theme.space[2]};
  text-align: start;
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.bold};
  & > span {
    position: sticky;
    inset-inline-start: ${theme.space[3]};
  }
`;

const PermissionHead = styled.th.attrs({ role: "rowheader" })<{ $wide: boolean }>`
  position: sticky;
  inset-inline-start: 0;
  z-index: 1;
  padding: 0 ${theme.space[3]};
  border-block-start: 1px solid ${theme.color.border};
  background: ${theme.color.surface};
  color: ${({ $wide }) => ($wide ? theme.color.text : theme.color.muted)};
  font-family: ${theme.font.code};
  font-size: ${theme.text.size.small};
  font-weight: ${({ $wide }) => ($wide ? theme.text.weight.medium : theme.text.weight.regular)};
  text-align: start;
  white-space: nowrap;
`;

const Square = styled.td.attrs({ role: "gridcell" })<{ $changed: boolean }>`
  padding: ${theme.space.hair};
  border-block-start: 1px solid ${theme.color.border};
  text-align: center;
  background: ${({ $changed }) => ($changed ? theme.color.warning.soft : "transparent")};
`;

const marks = {
  off: css`
    border-color: ${theme.color.border};
    color: ${theme.color.faint};
  `,
  on: css`
    border-color: transparent;
    background: ${theme.color.accent};
    color: ${theme.color.onAccent};
  `,
  covered: css`
    border-color: transparent;
    background: ${theme.color.accentSoft};
    color: ${theme.color.onAccentSoft};
  `,
  inherited: css`
    border-color: ${theme.color.control};
    border-style: dashed;
    color: ${theme.color.muted};
  `,
};

export const Mark = styled.button<{ $kind: CellState["kind"] }>`
  display: inline-grid;
  place-items: center;
  inline-size: 1.75rem;
  block-size: 1.5rem;
  padding: 0;
  border: 1px solid;
  border-radius: ${theme.radius.small};
  background: none;
  cursor: pointer;
  vertical-align: middle;
  ${({ $kind }) => marks[$kind]}
  &[aria-disabled="true"] {
    cursor: not-allowed;
  }
  &:hover:not([aria-disabled="true"]) {
    box-shadow: 0 0 0 1px ${theme.color.control};
  }
`;
