import { CloudOff } from "lucide-react";
import { useEffect, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { useSession } from "@/session/SessionProvider";

const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;

/** Says that the platform cannot be reached, for as long as that is so, and keeps trying. */
export function ConnectionNotice(): ReactNode {
  const { t } = useTranslation("app");
  const { session, reload } = useSession();
  const { reachability } = session;
  const reachable = useSyncExternalStore(reachability.subscribe, () => reachability.reachable);
  const online = useSyncExternalStore(subscribeToLine, () => navigator.onLine);
  const lost = !reachable || !online;
  useEffect(() => {
    if (!lost) return;
    let wait = FIRST_MS;
    let timer = setTimeout(again, wait);
    function again(): void {
      wait = Math.min(wait * 2, LONGEST_MS);
      timer = setTimeout(again, wait);
      void reload();
    }
    return () => clearTimeout(timer);
  }, [lost, reload]);
  return (
    // There from the beginning: screen readers say only what changes in a region that they know.
    <div role="status">
      {lost && (
        <Bar>
          <CloudOff size={16} aria-hidden />
          {t(online ? "connection.lost" : "connection.offline")}
        </Bar>
      )}
    </div>
  );
}

function subscribeToLine(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

const Bar = styled.p`
  display: flex;
  align-items: center;
  justify-content: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[2]} ${theme.space[4]};
  background: ${theme.color.strong};
  color: ${theme.color.onStrong};
  font-size: ${theme.text.size.small};
`;
