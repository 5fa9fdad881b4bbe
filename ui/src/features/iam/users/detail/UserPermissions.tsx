import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { SearchField } from "@/design/SearchField/SearchField";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState, NoPermission } from "@/design/states/states";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { expand, grouped, lineage, sourcesOf, type Source } from "../../roles/grants";
import { useModuleName } from "../../roles/moduleName";
import { useRoles } from "../../roles/RolesProvider";
import { useScope } from "../../scope/ScopeProvider";

/** All that somebody may do, and for each by which of their roles. */
export function UserPermissions({ user }: { user: User }): ReactNode {
  const { t } = useTranslation("users");
  const format = useFormat();
  const moduleName = useModuleName();
  const { roles, catalogue, permitted, failure, pending, reload } = useRoles();
  const [query, setQuery] = useState("");
  const held = useMemo(() => roles?.filter(({ id }) => user.roleIds.includes(id)) ?? [], [roles, user.roleIds]);
  const effective = useMemo(() => {
    if (roles === undefined || catalogue === undefined) return [];
    const patterns = held.flatMap((role) => lineage(role, roles).flatMap(({ permissions }) => permissions));
    const allowed = expand(patterns, catalogue);
    return catalogue.filter(({ id }) => allowed.has(id));
  }, [held, roles, catalogue]);
  const shown = useMemo(
    () => grouped(effective.filter(({ id }) => id.includes(query.trim().toLocaleLowerCase()))),
    [effective, query],
  );
  if (!permitted) return <NoPermission permission="roles.read" />;
  if (failure !== undefined) return <ErrorState failure={failure} onRetry={reload} isRetrying={pending} />;
  if (roles === undefined || catalogue === undefined)
    return (
      <Loading label={t("loading")}>
        <SkeletonText lines={6} />
      </Loading>
    );
  return (
    <Card>
      <Stack>
        <Text $tone="muted">
          {t("permissions.count", { count: effective.length, total: format.number(catalogue.length) })}
        </Text>
        {effective.length === 0 ? (
          <EmptyState title={t("permissions.none")} />
        ) : (
          <Inline>
            <SearchField label={t("permissions.find")} value={query} onChange={setQuery} pauseMs={100} />
          </Inline>
        )}
        {shown.map(({ module, nouns }) => (
          <section key={module} aria-labelledby={`has-${module}`}>
            <Heading $size="medium" id={`has-${module}`}>
              {moduleName(module)}
            </Heading>
            <List>
              {nouns.flatMap(({ permissions }) =>
                permissions.map(({ id, description }) => (
                  <li key={id}>
                    <div>
                      <code>{id}</code>
                      <Text $size="small" $tone="muted" lang="en">
                        {description}
                      </Text>
                    </div>
                    <ul aria-label={t("permissions.from")}>
                      {sourcesOf(id, held, roles).map((source) => (
                        <li key={`${source.role.id} ${source.pattern} ${source.through?.id ?? ""}`}>
                          <From source={source} />
                        </li>
                      ))}
                    </ul>
                  </li>
                )),
              )}
            </List>
          </section>
        ))}
      </Stack>
    </Card>
  );
}

function From({ source: { role, pattern, through } }: { source: Source }): ReactNode {
  const { t } = useTranslation("users");
  const { to } = useScope();
  return (
    <Text as="span" $size="small">
      <Link href={to("role", { id: role.id })}>
        <bdi>{role.displayName}</bdi>
      </Link>
      <Pattern>{pattern}</Pattern>
      {through !== undefined && t("permissions.through", { role: through.displayName })}
    </Text>
  );
}

const List = styled.ul`
  margin-block-start: ${theme.space[1]};
  & > li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: ${theme.space[1]} ${theme.space[5]};
    padding-block: ${theme.space[2]};
    border-block-start: 1px solid ${theme.color.border};
    overflow-wrap: anywhere;
  }
  @media (max-width: 639px) {
    & > li {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;

const Pattern = styled.code`
  margin-inline: ${theme.space[1]};
  color: ${theme.color.muted};
`;
