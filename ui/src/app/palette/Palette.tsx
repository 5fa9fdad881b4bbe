import { CornerDownLeft, Languages, LogOut, Monitor, Moon, Search as SearchIcon, Sun, UserRound } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { Autocomplete, useFilter } from "react-aria-components/Autocomplete";
import { Collection } from "react-aria-components/Menu";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMode } from "@/design/Design";
import { Spinner } from "@/design/Spinner/Spinner";
import { VisuallyHidden } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { languageOf } from "@/i18n/i18n";
import { useLocale } from "@/i18n/Locale";
import { LANGUAGES } from "@/i18n/namespaces";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { useLabels, useNavigation } from "../shell/navigation";
import * as Look from "./look";
import { useHits } from "./useHits";

interface Command {
  id: string;
  name: string;
  detail?: string;
  icon: LucideIcon;
  /** Where to go, or what to do. */
  to?: string;
  run?: () => void;
}

interface Group {
  id: string;
  name: string;
  commands: Command[];
}

interface PaletteProps {
  onClose: () => void;
  onSignOut: () => void;
}

/** Pages, actions, people and tenants, found by typing. */
export function Palette({ onClose, onSignOut }: PaletteProps): ReactNode {
  const { t } = useTranslation("app");
  const { errorText } = useErrorText();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const { searches } = useNavigation();
  const { searching, found, failure } = useHits(query, searches);
  const commands = useCommands(onSignOut);
  const label = useLabels();
  const { contains } = useFilter({ sensitivity: "base", ignorePunctuation: true });

  const words = query.trim().split(/\s+/);
  const groups: Group[] = [
    ...found.map(({ search, hits }) => ({
      id: search.label,
      name: label(search.label),
      commands: hits.map((hit) => ({ ...hit, id: `${search.label} ${hit.id}`, icon: search.icon })),
    })),
    ...commands.flatMap(({ id, name, commands: all }) => {
      const fit = all.filter((one) => words.every((word) => contains(`${name} ${one.name}`, word)));
      return fit.length > 0 ? [{ id, name, commands: fit }] : [];
    }),
  ];
  const perform = ({ to, run }: Command): void => {
    onClose();
    run?.();
    if (to !== undefined) void navigate(to);
  };
  return (
    <Look.Scrim isOpen isDismissable onOpenChange={onClose}>
      <Look.Sheet>
        <Look.Box aria-label={t("palette.open")}>
          <Autocomplete inputValue={query} onInputChange={setQuery}>
            {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- it was opened to type */}
            <Look.Field aria-label={t("palette.open")} autoFocus>
              <SearchIcon size={18} aria-hidden />
              <Look.Line
                placeholder={t("palette.placeholder")}
                // Also with words in it, which a search field would only empty.
                onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && onClose()}
              />
              {searching && <Spinner size={16} />}
            </Look.Field>
            <Look.List
              aria-label={t("palette.results")}
              items={groups}
              dependencies={[groups]}
              renderEmptyState={() => (
                <Look.Nothing>{t(searching ? "palette.searching" : "palette.nothing")}</Look.Nothing>
              )}
            >
              {(group) => (
                <Look.Section id={group.id}>
                  <Look.Heading>{group.name}</Look.Heading>
                  <Collection items={group.commands}>
                    {(command) => (
                      <Look.Item textValue={command.name} onAction={() => perform(command)}>
                        <command.icon size={16} aria-hidden />
                        <Look.Name>
                          <bdi>{command.name}</bdi>
                        </Look.Name>
                        {command.detail !== undefined && (
                          <Look.Detail>
                            <bdi>{command.detail}</bdi>
                          </Look.Detail>
                        )}
                        <CornerDownLeft size={14} aria-hidden data-enter />
                      </Look.Item>
                    )}
                  </Collection>
                </Look.Section>
              )}
            </Look.List>
          </Autocomplete>
          {failure !== undefined && <Look.Failure role="alert">{errorText(failure)}</Look.Failure>}
          <VisuallyHidden role="status">
            {t("palette.count", { count: groups.reduce((sum, { commands }) => sum + commands.length, 0) })}
          </VisuallyHidden>
        </Look.Box>
      </Look.Sheet>
    </Look.Scrim>
  );
}

/** What needs no search: pages, actions, the person's own settings. */
function useCommands(onSignOut: () => void): Group[] {
  const { t } = useTranslation("app");
  const label = useLabels();
  const { realm } = useSession();
  const { nav, boards, actions } = useNavigation();
  const { choice, choose } = useMode();
  const { format, choose: chooseLocale } = useLocale();
  return useMemo(() => {
    const places = (of: typeof nav | typeof actions, kind = ""): Command[] =>
      of.map((one) => ({ id: one.label, name: kind + label(one.label), icon: one.icon, to: one.to(realm) }));
    const modes = (
      [
        ["system", Monitor],
        ["light", Sun],
        ["dark", Moon],
      ] as const
    )
      .filter(([mode]) => mode !== choice)
      .map(([mode, icon]) => ({
        id: mode,
        name: `${t("account.theme")}: ${t(`account.mode.${mode}`)}`,
        icon,
        run: () => choose(mode),
      }));
    const languages = LANGUAGES.filter((one) => one !== languageOf(format.locale)).map((language) => ({
      id: language,
      name: `${t("account.language")}: ${t(`languages.${language}`)}`,
      icon: Languages,
      run: () => void chooseLocale({ locale: language }, { remember: true }),
    }));
    return [
      { id: "actions", name: t("palette.actions"), commands: places(actions) },
      {
        id: "pages",
        name: t("palette.pages"),
        commands: [
          ...places(nav.filter((one) => one.label !== "app:nav.boards")),
          // Some are named like the pages they are about.
          ...places(boards, `${t("nav.boards")}: `),
          { id: "account", name: t("account.title"), icon: UserRound, to: paths.to(realm, "account") },
        ],
      },
      {
        id: "settings",
        name: t("palette.settings"),
        commands: [...modes, ...languages, { id: "out", name: t("account.signOut"), icon: LogOut, run: onSignOut }],
      },
    ];
  }, [t, label, realm, nav, boards, actions, choice, choose, format, chooseLocale, onSignOut]);
}
