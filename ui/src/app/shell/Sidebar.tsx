import { Menu as MenuIcon, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { styled, keyframes } from "styled-components";

import { IconButton } from "@/design/IconButton/IconButton";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";

import { AreaName } from "./AreaName";
import { NavList } from "./NavList";

/** The navigation beside the page, where there is room for it. */
export function Sidebar(): ReactNode {
  return (
    <Aside>
      <NavList head={<AreaName />} />
    </Aside>
  );
}

/** The same behind a button, where there is not. */
export function NavDrawer(): ReactNode {
  const { t } = useTranslation("app");
  const { pathname } = useLocation();
  // Open on the page it was opened on: it closes when one goes to another.
  const [openOn, setOpenOn] = useState<string>();
  return (
    <Narrow>
      <DialogTrigger isOpen={openOn === pathname} onOpenChange={(open) => setOpenOn(open ? pathname : undefined)}>
        <IconButton label={t("nav.open")} icon={<MenuIcon size={18} aria-hidden />} />
        <Scrim isDismissable>
          <Drawer>
            <Sheet aria-label={t("nav.label")}>
              {({ close }) => (
                <>
                  <NavList
                    head={
                      <Head>
                        <AreaName />
                        <IconButton label={t("nav.close")} icon={<X size={18} aria-hidden />} onPress={close} />
                      </Head>
                    }
                  />
                </>
              )}
            </Sheet>
          </Drawer>
        </Scrim>
      </DialogTrigger>
    </Narrow>
  );
}

const Aside = styled.div`
  position: sticky;
  inset-block-start: 0;
  display: flex;
  flex-direction: column;
  gap: ${theme.space[4]};
  flex: none;
  inline-size: 15rem;
  block-size: 100dvb;
  padding: ${theme.space[2]} ${theme.space[2]} ${theme.space[6]};
  overflow-y: auto;
  border-inline-end: 1px solid ${theme.color.border};
  background: ${theme.color.sunken};
  @media ${breakpoints.medium} {
    display: none;
  }
`;

const Narrow = styled.div`
  display: none;
  @media ${breakpoints.medium} {
    display: block;
  }
`;

const fade = keyframes`from { opacity: 0; }`;
const slide = keyframes`from { translate: -1rem 0; opacity: 0; }`;

const Scrim = styled(ModalOverlay)`
  position: fixed;
  inset: 0;
  z-index: ${theme.layer.overlay};
  background: ${theme.color.scrim};
  &[data-entering] {
    animation: ${fade} ${theme.motion.fast};
  }
`;

const Drawer = styled(Modal)`
  inline-size: min(18rem, 85vw);
  block-size: 100%;
  overflow-y: auto;
  background: ${theme.color.surface};
  box-shadow: ${theme.shadow.high};
  &[data-entering] {
    animation: ${slide} ${theme.motion.medium} ${theme.motion.ease};
  }
`;

const Sheet = styled(Dialog)`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[4]};
  padding: ${theme.space[3]};
  outline: none;
`;

const Head = styled.div`
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[2]};
`;
