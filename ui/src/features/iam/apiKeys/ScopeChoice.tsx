import { useId, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Checkbox } from "@/design/Checkbox/Checkbox";
import { Inline, Stack } from "@/design/layout/layout";
import { SearchField } from "@/design/SearchField/SearchField";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useMe } from "@/session/SessionProvider";

import { beyond, granterOf } from "../roles/grants";
import { useRoles } from "../roles/RolesProvider";
import { useScope } from "../scope/ScopeProvider";

interface ScopeChoiceProps {
  value: readonly string[];
  onChange: (value: string[]) => void;
  error: string | undefined;
}

/** What a key may do: of what the person may do themselves, by noun. */
export function ScopeChoice({ value, onChange, error }: ScopeChoiceProps): ReactNode {
  const { t } = useTranslation("apiKeys");
  const me = useMe();
  const { tenantId } = useScope();
  const { catalogue } = useRoles();
  const [query, setQuery] = useState("");
  const heading = useId();
  const nouns = useMemo(() => {
    const granter = granterOf(me, tenantId);
    // Who may not see the catalogue still knows what they have.
    const possible =
      catalogue === undefined
        ? me.permissions
        : catalogue.map(({ id }) => id).filter((id) => beyond([id], [], granter, catalogue).length === 0);
    return [...Map.groupBy(possible, (id) => id.split(".")[0] ?? id)];
  }, [me, tenantId, catalogue]);
  const words = query.trim().toLocaleLowerCase();
  const set = (ids: readonly string[], on: boolean): void =>
    onChange(on ? [...new Set([...value, ...ids])] : value.filter((id) => !ids.includes(id)));
  return (
    <Stack $gap={2} role="group" aria-labelledby={heading}>
      <Title id={heading}>{t("scopes")}</Title>
      {error === undefined ? (
        <Text $size="small" $tone="muted">
          {t("create.scopesHint", { count: value.length })}
        </Text>
      ) : (
        <Text $size="small" $tone="danger" role="alert">
          {error}
        </Text>
      )}
      <Inline>
        <SearchField label={t("create.find")} value={query} onChange={setQuery} pauseMs={100} />
      </Inline>
      <Box>
        {nouns
          .map(([noun, all]) => [noun, all.filter((id) => id.includes(words))] as const)
          .filter(([, ids]) => ids.length > 0)
          .map(([noun, ids]) => {
            const chosen = ids.filter((id) => value.includes(id)).length;
            return (
              <div key={noun}>
                <Checkbox
                  label={t("create.allOf", { noun })}
                  isSelected={chosen === ids.length}
                  isIndeterminate={chosen > 0 && chosen < ids.length}
                  onChange={(on) => set(ids, on)}
                />
                <Inner>
                  {ids.map((id) => (
                    <Checkbox
                      key={id}
                      label={<code>{id}</code>}
                      isSelected={value.includes(id)}
                      onChange={(on) => set([id], on)}
                    />
                  ))}
                </Inner>
              </div>
            );
          })}
      </Box>
    </Stack>
  );
}

const Title = styled.span`
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
`;

const Box = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[3]};
  padding: ${theme.space[3]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
`;

const Inner = styled.div`
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr));
  gap: ${theme.space[1]} ${theme.space[3]};
  padding: ${theme.space[1]} 0 0 ${theme.space[6]};
`;
