import { Languages, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import {
  Collection,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  type Key,
  type Selection,
} from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { styled } from "styled-components";

import { ApiError } from "@/api/errors";
import { useMode, type ModeChoice } from "@/design/Design";
import { theme } from "@/design/theme";
import { languageOf } from "@/i18n/i18n";
import { useLocale } from "@/i18n/Locale";
import { LANGUAGES, type Language } from "@/i18n/namespaces";
import { paths } from "@/routing/paths";
import { useMe, useSession } from "@/session/SessionProvider";

import { Avatar } from "./Avatar";

const MODES: { choice: ModeChoice; icon: typeof Sun }[] = [
  { choice: "system", icon: Monitor },
  { choice: "light", icon: Sun },
  { choice: "dark", icon: Moon },
];

/** Who is signed in; their account, how the pages look, and the way out. */
export function UserMenu({ onFailure }: { onFailure: (failure: ApiError) => void }): ReactNode {
  const { t } = useTranslation("app");
  const { realm, session } = useSession();
  const { user } = useMe();
  const { choice, choose } = useMode();
  const { format, choose: chooseLocale } = useLocale();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);

  const signOut = async (): Promise<void> => {
    setLeaving(true);
    try {
      await session.signOut();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      onFailure(error);
      setLeaving(false);
    }
  };
  const name = user?.displayName ?? "";
  return (
    <MenuTrigger>
      <Trigger aria-label={t("account.menu", { name })} isDisabled={leaving}>
        <Avatar name={name} />
      </Trigger>
      <Sheet placement="bottom end" offset={6}>
        <Who>
          <Avatar name={name} />
          <div>
            <strong>
              <bdi>{name}</bdi>
            </strong>
            <span>{user?.email}</span>
          </div>
        </Who>
        <List aria-label={t("account.menu", { name })}>
          <Item id="account" onAction={() => void navigate(paths.to(realm, "account"))}>
            <UserRound size={16} aria-hidden />
            {t("account.title")}
          </Item>
          <Section
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[choice]}
            onSelectionChange={(keys) => choose(only(keys) as ModeChoice)}
          >
            <Heading>{t("account.theme")}</Heading>
            <Collection items={MODES}>
              {({ choice: id, icon: Icon }) => (
                <Item id={id}>
                  <Icon size={16} aria-hidden />
                  {t(`account.mode.${id}`)}
                </Item>
              )}
            </Collection>
          </Section>
          <Section
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[languageOf(format.locale)]}
            onSelectionChange={(keys) => void chooseLocale({ locale: only(keys) as Language }, { remember: true })}
          >
            <Heading>{t("account.language")}</Heading>
            <Collection items={LANGUAGES.map((id) => ({ id }))}>
              {({ id }) => (
                <Item id={id}>
                  <Languages size={16} aria-hidden />
                  <span lang={id}>{t(`languages.${id}`)}</span>
                </Item>
              )}
            </Collection>
          </Section>
          <Item id="sign-out" onAction={() => void signOut()}>
            <LogOut size={16} aria-hidden />
            {t("account.signOut")}
          </Item>
        </List>
      </Sheet>
    </MenuTrigger>
  );
}

function only(keys: Selection): Key | undefined {
  return keys === "all" ? undefined : [...keys][0];
}

const Trigger = styled(AriaButton)`
  display: inline-flex;
  padding: ${theme.space.hair};
  border: 0;
  border-radius: ${theme.radius.full};
  background: none;
  &[data-hovered],
  &[data-pressed] {
    background: ${theme.color.active};
  }
`;

const Sheet = styled(Popover)`
  inline-size: 16rem;
  max-inline-size: calc(100vw - 1rem);
  overflow: auto;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.raised};
  box-shadow: ${theme.shadow.middle};
`;

const Who = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[3]};
  border-block-end: 1px solid ${theme.color.border};
  & > div {
    display: flex;
    flex-direction: column;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  & span {
    color: ${theme.color.muted};
    font-size: ${theme.text.size.small};
  }
`;

const List = styled(Menu)`
  padding: ${theme.space[1]};
  outline: none;
`;

const Section = styled(MenuSection)`
  padding-block: ${theme.space[1]};
  border-block: 1px solid ${theme.color.border};
  margin-block: ${theme.space[1]};
  & + & {
    border-block-start: 0;
    margin-block-start: 0;
    padding-block-start: 0;
  }
` as typeof MenuSection;

const Heading = styled(Header)`
  padding: ${theme.space[1]} ${theme.space[2]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
`;

const Item = styled(MenuItem)`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  min-block-size: ${theme.control.medium};
  padding: ${theme.space[1]} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  outline: none;
  cursor: default;
  & > svg {
    color: ${theme.color.muted};
  }
  &[data-focused] {
    background: ${theme.color.hover};
  }
  &[data-focus-visible] {
    outline: 2px solid ${theme.color.focus};
    outline-offset: -2px;
  }
  &[data-selected] {
    color: ${theme.color.accentText};
    font-weight: ${theme.text.weight.medium};
  }
  &[data-selected] > svg {
    color: ${theme.color.accentText};
  }
  &[data-selected]::after {
    content: "✓";
    content: "✓" / "";
    margin-inline-start: auto;
  }
`;
