import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavigationType, Outlet, useLocation, useNavigationType } from "react-router";
import { styled } from "styled-components";

import { ApiError } from "@/api/errors";
import { Button } from "@/design/Button/Button";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { clearToasts } from "@/design/Toast/toast";
import { Toasts } from "@/design/Toast/Toasts";
import { useErrorText } from "@/i18n/errorText";
import { CrumbProvider } from "@/routing/crumb";
import { useMe, useSession } from "@/session/SessionProvider";
import { SignedIn } from "@/session/SignedIn";

import { Failure } from "../ErrorPage";
import { Waiting } from "../Waiting";
import { ConnectionNotice } from "./ConnectionNotice";
import { ImpersonationBanner } from "./ImpersonationBanner";
import { Sidebar } from "./Sidebar";
import { TopBar } from "./TopBar";
import { useOwnLocale } from "./useOwnLocale";
import { usePresence } from "./usePresence";

const loadPalette = async () => ({ default: (await import("../palette/Palette")).Palette });
const Palette = lazy(loadPalette);
const SessionCover = lazy(async () => ({ default: (await import("./SessionCover")).SessionCover }));

/** What stands around every page of an area for people who are signed in. */
export function Shell(): ReactNode {
  return (
    <SignedIn waiting={<Waiting />} renderFailure={(failure, again) => <Failure error={failure} again={again} />}>
      <CrumbProvider>
        <Frame />
      </CrumbProvider>
    </SignedIn>
  );
}

function Frame(): ReactNode {
  const { t } = useTranslation("app");
  const { errorText } = useErrorText();
  const { session, interrupted } = useSession();
  const me = useMe();
  const [failure, setFailure] = useState<ApiError>();
  const [searching, setSearching] = useState(false);
  const main = useFocusOnNewPage();
  useOwnLocale(me);
  usePresence();
  useHotkey(() => setSearching(true));
  // What was said to somebody is nobody else's business.
  useEffect(() => clearToasts, []);

  const signOut = useCallback(() => {
    session.signOut().catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    });
  }, [session]);
  return (
    <>
      <Skip href="#content">{t("skip")}</Skip>
      <Row>
        <Sidebar />
        <Column>
          {me.impersonatorId !== "" && <ImpersonationBanner me={me} />}
          <ConnectionNotice />
          <TopBar onSearch={() => setSearching(true)} onSearchNear={() => void loadPalette()} onSignOut={signOut} />
          {failure !== undefined && (
            <Told>
              <Notice
                tone="danger"
                actions={
                  <Button size="small" variant="quiet" onPress={() => setFailure(undefined)}>
                    {t("dismiss")}
                  </Button>
                }
              >
                {errorText(failure)}
              </Notice>
            </Told>
          )}
          <Main id="content" tabIndex={-1} ref={main}>
            <Suspense fallback={<Waiting />}>
              <Outlet />
            </Suspense>
          </Main>
        </Column>
      </Row>
      <Toasts />
      <Suspense>
        {searching && <Palette onClose={() => setSearching(false)} onSignOut={signOut} />}
        {interrupted && <SessionCover me={me} />}
      </Suspense>
    </>
  );
}

/** Ctrl K and ⌘ K, from anywhere. */
function useHotkey(open: () => void): void {
  const latest = useRef(open);
  useEffect(() => {
    latest.current = open;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      latest.current();
    };
    // Before anything else hears of it: buttons that listen for keys keep all of them to themselves.
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, []);
}

/**
 * Whoever comes to another page with the keyboard or a screen reader is at its beginning. Where an address leads on by
 * itself, they may have gone elsewhere meanwhile, and stay there: focus that is taken from a menu closes it.
 */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const { pathname, search } = useLocation();
  const ledOn = useNavigationType() === NavigationType.Replace;
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const at = document.activeElement;
    if (main.current?.contains(at) === true || (ledOn && at !== document.body)) return;
    main.current?.focus({ preventScroll: true });
  }, [pathname, ledOn]);
  // A part of a page that takes the place of another, such as progress that of a form, leaves the keyboard nowhere.
  const part = useRef(search);
  useEffect(() => {
    if (part.current === search) return;
    part.current = search;
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [search]);
  return main;
}

const Skip = styled.a`
  position: fixed;
  inset-block-start: ${theme.space[2]};
  inset-inline-start: ${theme.space[2]};
  z-index: ${theme.layer.overlay};
  padding: ${theme.space[2]} ${theme.space[3]};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.strong};
  color: ${theme.color.onStrong};
  &:not(:focus) {
    clip-path: inset(50%);
  }
`;

const Row = styled.div`
  display: flex;
  align-items: stretch;
  min-block-size: 100dvb;
`;

const Column = styled.div`
  /* What sticks to the top of a page does so below the bar. */
  --sticky-top: 3rem;
  flex: 1;
  display: flex;
  flex-direction: column;
  min-inline-size: 0;
`;

const Main = styled.main`
  flex: 1;
  min-inline-size: 0;
  &:focus {
    outline: none;
  }
`;

const Told = styled.div`
  padding: ${theme.space[3]} ${theme.space[4]} 0;
`;
