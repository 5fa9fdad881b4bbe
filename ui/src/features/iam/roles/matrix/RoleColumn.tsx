import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Checkbox } from "@/design/Checkbox/Checkbox";
import { Card, Stack } from "@/design/layout/layout";
import { Select } from "@/design/Select/Select";
import { theme } from "@/design/theme";
import { Heading } from "@/design/typography/typography";

import { grouped } from "../grants";
import { useModuleName } from "../moduleName";
import { cellOf } from "./drafts";
import { rowsOf, type MatrixTableProps } from "./MatrixTable";

/** The matrix where there is no room for one: a role at a time. */
export function RoleColumn({ shown, roles, catalogue, drafts, reasonOf, onToggle }: MatrixTableProps): ReactNode {
  const { t } = useTranslation("roles");
  const moduleName = useModuleName();
  const [chosen, setChosen] = useState("");
  const role = shown.find(({ id }) => id === chosen) ?? shown.find(({ builtIn }) => !builtIn) ?? shown[0];
  if (role === undefined) return null;
  return (
    <Stack>
      <Select
        label={t("matrix.role")}
        value={role.id}
        onChange={setChosen}
        options={shown.map(({ id, displayName, builtIn }) => ({
          id,
          label: displayName,
          description: [builtIn ? t("builtIn") : "", id in drafts ? t("matrix.changed") : ""]
            .filter(Boolean)
            .join(" · "),
        }))}
      />
      {grouped(catalogue).map(({ module, nouns }) => (
        <Card key={module}>
          <Stack $gap={3}>
            <Heading $size="medium">{moduleName(module)}</Heading>
            {nouns.flatMap(({ noun, permissions }) =>
              rowsOf(noun, permissions, [role], drafts).map((pattern) => {
                const state = cellOf(role, pattern, drafts, roles);
                const reason = reasonOf(role, pattern, state);
                const from =
                  state.by === undefined
                    ? undefined
                    : t(state.kind === "inherited" ? "builder.inherited" : "builder.covered", {
                        role: state.by.role,
                        pattern: state.by.pattern,
                      });
                return (
                  <Line key={pattern} data-changed={state.changed}>
                    <Checkbox
                      label={<code>{pattern}</code>}
                      isSelected={state.kind === "on"}
                      isIndeterminate={state.kind === "covered" || state.kind === "inherited"}
                      isDisabled={reason !== undefined}
                      description={role.builtIn ? undefined : (from ?? reason)}
                      onChange={() => onToggle(role, pattern)}
                    />
                  </Line>
                );
              }),
            )}
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}

const Line = styled.div`
  border-radius: ${theme.radius.small};
  &[data-changed="true"] {
    background: ${theme.color.warning.soft};
    box-shadow: -4px 0 0 ${theme.color.warning.solid};
  }
`;
