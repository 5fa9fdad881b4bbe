import { X } from "lucide-react";
import { useCallback, useId, useState, type FormEvent, type ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { IconButton } from "../IconButton/IconButton";
import { floating } from "../overlay/overlay";
import { theme } from "../theme";
import { breakpoints } from "../tokens";
import type { DialogProps } from "./Dialog";

interface DialogFrameProps extends DialogProps {
  kind: "dialog" | "drawer";
}

/** A dialog, or a drawer at the page's end. */
export function DialogFrame({
  kind,
  isOpen,
  onOpenChange,
  title,
  description,
  size = "medium",
  role = "dialog",
  footer,
  onSubmit,
  isBusy = false,
  children,
}: DialogFrameProps): ReactNode {
  const { t } = useTranslation("design");
  const descriptionId = useId();
  const described = description === undefined ? {} : { "aria-describedby": descriptionId };
  const content = (
    <>
      <Scrolling>{children}</Scrolling>
      {footer !== undefined && <Footer>{footer}</Footer>}
    </>
  );
  return (
    <Scrim
      $kind={kind}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={role === "dialog" && !isBusy}
      isKeyboardDismissDisabled={isBusy}
    >
      <Sheet $kind={kind} $size={size}>
        <Box role={role} {...described}>
          <Head>
            <div>
              <Title slot="title">{title}</Title>
              {description !== undefined && <Lead id={descriptionId}>{description}</Lead>}
            </div>
            {!isBusy && (
              <IconButton
                size="small"
                label={t("close")}
                placement="bottom"
                icon={<X size={16} aria-hidden />}
                onPress={() => onOpenChange(false)}
              />
            )}
          </Head>
          {onSubmit === undefined ? (
            content
          ) : (
            <Form noValidate onSubmit={(event) => submitAlone(event, onSubmit)}>
              {content}
            </Form>
          )}
        </Box>
      </Sheet>
    </Scrim>
  );
}

/** The content. Keys scroll it when it is longer than there is room, also where nothing in it takes the focus. */
function Scrolling({ children }: { children: ReactNode }): ReactNode {
  const [scrolls, setScrolls] = useState(false);
  const watch = useCallback((content: HTMLElement | null) => {
    const body = content?.parentElement;
    if (content === null || body === null || body === undefined) return;
    const observer = new ResizeObserver(() => setScrolls(body.scrollHeight > body.clientHeight));
    observer.observe(body);
    observer.observe(content);
    return () => observer.disconnect();
  }, []);
  return (
    <Body tabIndex={scrolls ? 0 : undefined}>
      <div ref={watch}>{children}</div>
    </Body>
  );
}

/** React's events climb from a dialog to the form it was opened in, which must not be sent as well. */
function submitAlone(event: FormEvent<HTMLFormElement>, submit: (event: FormEvent<HTMLFormElement>) => void): void {
  event.stopPropagation();
  submit(event);
}

const Scrim = styled(ModalOverlay)<{ $kind: "dialog" | "drawer" }>`
  position: fixed;
  inset: 0;
  z-index: ${theme.layer.overlay};
  display: flex;
  block-size: var(--visual-viewport-height);
  background: ${theme.color.scrim};
  transition: opacity ${theme.motion.medium} ${theme.motion.ease};
  &[data-entering],
  &[data-exiting] {
    opacity: 0;
  }
  ${({ $kind }) =>
    $kind === "dialog"
      ? css`
          align-items: center;
          justify-content: center;
          padding: ${theme.space[6]} ${theme.space[4]};
          @media ${breakpoints.narrow} {
            align-items: end;
            padding: ${theme.space[8]} 0 0;
          }
        `
      : css`
          align-items: stretch;
          justify-content: end;
          padding-inline-start: ${theme.space[8]};
        `}
`;

const widths = { small: "26rem", medium: "36rem", large: "60rem" };

const Sheet = styled(Modal)<{ $kind: "dialog" | "drawer"; $size: keyof typeof widths }>`
  ${floating}
  display: flex;
  inline-size: 100%;
  max-inline-size: ${({ $size }) => widths[$size]};
  min-block-size: 0;
  box-shadow: ${theme.shadow.high};
  transition: translate ${theme.motion.medium} ${theme.motion.ease};
  ${({ $kind }) =>
    $kind === "dialog"
      ? css`
          max-block-size: 100%;
          &[data-entering],
          &[data-exiting] {
            translate: 0 8px;
          }
          @media ${breakpoints.narrow} {
            max-inline-size: none;
            border-inline: 0;
            border-block-end: 0;
            border-end-start-radius: 0;
            border-end-end-radius: 0;
          }
        `
      : css`
          border-radius: 0;
          border-block: 0;
          border-inline-end: 0;
          &[data-entering],
          &[data-exiting] {
            translate: 24px 0;
          }
        `}
`;

const Box = styled(AriaDialog)`
  display: flex;
  flex-direction: column;
  flex: 1;
  min-inline-size: 0;
  outline: none;
`;

const Form = styled.form`
  display: flex;
  flex-direction: column;
  flex: 1;
  min-block-size: 0;
`;

const Head = styled.header`
  display: flex;
  align-items: start;
  justify-content: space-between;
  gap: ${theme.space[3]};
  padding: ${theme.space[4]} ${theme.space[4]} ${theme.space[2]} ${theme.space[5]};
  & > div {
    min-inline-size: 0;
  }
`;

const Title = styled(Heading)`
  padding-block-start: ${theme.space.hair};
  font-size: ${theme.text.size.large};
  font-weight: ${theme.text.weight.bold};
  line-height: ${theme.text.line.tight};
  letter-spacing: -0.008em;
  overflow-wrap: anywhere;
`;

const Lead = styled.div`
  margin-block-start: ${theme.space[1]};
  color: ${theme.color.muted};
`;

const Body = styled.div`
  flex: 1;
  min-block-size: 0;
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: ${theme.space[2]} ${theme.space[5]} ${theme.space[5]};
`;

const Footer = styled.footer`
  display: flex;
  flex-wrap: wrap;
  justify-content: end;
  gap: ${theme.space[2]};
  padding: ${theme.space[3]} ${theme.space[5]} calc(${theme.space[3]} + env(safe-area-inset-bottom));
  border-block-start: 1px solid ${theme.color.border};
`;
