import { useTranslation } from "react-i18next";

/** What people call a module; its own name where we have no other. */
export function useModuleName(): (module: string) => string {
  const { t, i18n } = useTranslation("roles");
  return (module) =>
    i18n.exists(`roles:modules.${module}`) ? (t as (key: string) => string)(`modules.${module}`) : module;
}
