import { Search } from "lucide-react";
import { useDeferredValue, useMemo, useRef, useState, type ReactNode } from "react";
import { Toolbar } from "react-aria-components/Toolbar";
import { useDrop } from "react-aria/useDrop";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import { Card, Stack } from "@/design/layout/layout";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";

import { EVERYTHING, grouped } from "../grants";
import { useModuleName } from "../moduleName";
import { droppedPermissions } from "./dropped";
import { PERMISSION_TYPE, PermissionChip } from "./PermissionChip";
import type { Composition } from "./useComposition";

interface CatalogueProps {
  catalogue: readonly Permission[];
  composition: Composition;
  /** The names the saved role has. */
  saved: readonly string[];
  /** Why nothing can be changed; undefined when it can. */
  fixed: string | undefined;
  onToggle: (pattern: string) => void;
  /** Something was dragged back out of the role. */
  onRemove: (patterns: string[]) => void;
}

/** All permissions there are, by module and noun; each can be pressed, or dragged onto the role. */
export function Catalogue({ catalogue, composition, saved, fixed, onToggle, onRemove }: CatalogueProps): ReactNode {
  const { t } = useTranslation("roles");
  const moduleName = useModuleName();
  const [query, setQuery] = useState("");
  const words = useDeferredValue(query).trim().toLocaleLowerCase();
  const shown = useMemo(
    () =>
      grouped(catalogue.filter(({ id, description }) => `${id} ${description}`.toLocaleLowerCase().includes(words))),
    [catalogue, words],
  );
  const ref = useRef<HTMLDivElement>(null);
  const { dropProps, isDropTarget } = useDrop({
    ref,
    isDisabled: fixed !== undefined,
    getDropOperation: (types) => (types.has(PERMISSION_TYPE) ? "move" : "cancel"),
    onDrop: (event) => void droppedPermissions(event).then(onRemove),
  });
  const chip = (pattern: string, label: string, about?: string): ReactNode => {
    const state = composition.stateOf(pattern);
    return (
      <PermissionChip
        key={pattern}
        pattern={pattern}
        label={label}
        state={state}
        hint={hintOf(pattern, about)}
        disabledReason={fixed ?? reasonOf(pattern)}
        changed={fixed === undefined && (state === "on") !== saved.includes(pattern)}
        onToggle={() => onToggle(pattern)}
      />
    );
  };
  function hintOf(pattern: string, about = ""): string | undefined {
    const source = composition.sourceOf(pattern);
    if (composition.stateOf(pattern) === "inherited" && source !== undefined)
      return t("builder.inherited", { role: source.role.displayName, pattern: source.pattern });
    return about === "" ? undefined : about;
  }
  function reasonOf(pattern: string): string | undefined {
    const state = composition.stateOf(pattern);
    const source = composition.sourceOf(pattern);
    if (state === "covered" && source !== undefined) return t("builder.covered", { pattern: source.pattern });
    const lacking = state === "on" ? undefined : composition.lacking(pattern);
    if (lacking === undefined) return undefined;
    return lacking === pattern ? t("builder.lacking") : t("builder.lackingPart", { permission: lacking });
  }
  return (
    <Drop ref={ref} {...dropProps} $target={isDropTarget}>
      <Card>
        <Stack>
          <Stack $gap="hair">
            <Heading>{t("builder.catalogue")}</Heading>
            <Text $size="small" $tone="muted">
              {t("builder.catalogueLead")}
            </Text>
          </Stack>
          <TextField
            type="search"
            label={t("builder.search")}
            value={query}
            onChange={setQuery}
            prefix={<Search size={16} aria-hidden />}
          />
          {words === "" && (
            <Row aria-label={t("builder.everything")}>
              {chip(EVERYTHING, t("builder.everything"), t("builder.everythingHint"))}
            </Row>
          )}
          {shown.map(({ module, nouns }) => (
            <section key={module} aria-labelledby={`module-${module}`}>
              <ModuleName id={`module-${module}`}>{moduleName(module)}</ModuleName>
              {nouns.map(({ noun, permissions }) => (
                <Noun key={noun}>
                  <NounName>{noun}</NounName>
                  <Row aria-label={noun}>
                    {chip(`${noun}.${EVERYTHING}`, EVERYTHING, t("builder.wildcardHint", { noun }))}
                    {permissions.map(({ id, verb, description }) => chip(id, verb, description))}
                  </Row>
                </Noun>
              ))}
            </section>
          ))}
          {shown.length === 0 && <Text $tone="muted">{t("builder.nothing")}</Text>}
        </Stack>
      </Card>
    </Drop>
  );
}

const Drop = styled.div<{ $target: boolean }>`
  border-radius: ${theme.radius.large};
  outline: ${({ $target }) => ($target ? `2px dashed ${theme.color.focus}` : "none")};
  outline-offset: 2px;
`;

const ModuleName = styled.h3`
  padding-block: ${theme.space[2]} ${theme.space[1]};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.bold};
`;

const Noun = styled.div`
  display: grid;
  grid-template-columns: minmax(0, 10rem) 1fr;
  align-items: baseline;
  gap: ${theme.space[1]} ${theme.space[3]};
  padding-block: ${theme.space[2]};
  border-block-start: 1px solid ${theme.color.border};
  @media (max-width: 639px) {
    grid-template-columns: 1fr;
  }
`;

const NounName = styled.span`
  color: ${theme.color.muted};
  font-family: ${theme.font.code};
  font-size: ${theme.text.size.small};
  overflow-wrap: anywhere;
`;

const Row = styled(Toolbar)`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space.snug};
`;
