import { Languages, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Avatar } from "@/design/Avatar/Avatar";
import { useMode, type ModeChoice } from "@/design/Design";
import type { MenuEntry } from "@/design/Menu/entries";
import { MenuButton } from "@/design/Menu/MenuButton";
import { VisuallyHidden } from "@/design/typography/typography";
import { languageOf } from "@/i18n/i18n";
import { useLocale } from "@/i18n/Locale";
import { LANGUAGES } from "@/i18n/namespaces";
import { paths } from "@/routing/paths";
import { useMe, useSession } from "@/session/SessionProvider";

const MODES: { mode: ModeChoice; icon: typeof Sun }[] = [
  { mode: "system", icon: Monitor },
  { mode: "light", icon: Sun },
  { mode: "dark", icon: Moon },
];

/** Who is signed in; their account, how the pages look, and the way out. */
export function UserMenu({ onSignOut }: { onSignOut: () => void }): ReactNode {
  const { t } = useTranslation("app");
  const { realm } = useSession();
  const { user } = useMe();
  const { choice, choose } = useMode();
  const { format, choose: chooseLocale } = useLocale();
  const name = user?.displayName ?? "";
  const entries: MenuEntry[] = [
    {
      id: "who",
      label: user?.email ?? "",
      items: [
        {
          id: "account",
          label: t("account.title"),
          icon: <UserRound size={16} aria-hidden />,
          href: paths.to(realm, "account"),
        },
      ],
    },
    {
      id: "theme",
      label: t("account.theme"),
      items: MODES.map(({ mode, icon: Icon }) => ({
        id: mode,
        label: t(`account.mode.${mode}`),
        icon: <Icon size={16} aria-hidden />,
      })),
      choice: { mode: "one", chosen: [choice], onChange: ([mode]) => choose(mode as ModeChoice) },
    },
    {
      id: "language",
      label: t("account.language"),
      items: LANGUAGES.map((id) => ({
        id,
        label: t(`languages.${id}`),
        icon: <Languages size={16} aria-hidden />,
      })),
      choice: {
        mode: "one",
        chosen: [languageOf(format.locale)],
        onChange: ([locale = "en"]) => void chooseLocale({ locale }, { remember: true }),
      },
    },
    {
      id: "sign-out",
      label: t("account.signOut"),
      icon: <LogOut size={16} aria-hidden />,
      onAction: onSignOut,
    },
  ];
  return (
    <MenuButton
      variant="quiet"
      label={t("account.menu", { name })}
      icon={<Avatar name={name} seed={user?.id ?? ""} />}
      entries={entries}
    >
      <VisuallyHidden>{t("account.menu", { name })}</VisuallyHidden>
    </MenuButton>
  );
}
