import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Provider } from "@/api/gen/atrium/billing/v1/payment_pb";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Loading, Skeleton } from "@/design/Skeleton/Skeleton";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { useListPaymentProvidersQuery } from "./api";
import { SandboxNotice } from "./SandboxNotice";

interface StripeDialogProps {
  /** A method that is being saved, or a payment that the bank wants confirmed. */
  kind: "setup" | "payment";
  clientSecret: string;
  onClose: () => void;
  /** The payer has finished; what came of it is looked up at the provider. */
  onDone: () => void;
}

/** What the page in the frame says. */
type Said =
  | { type: "ready" }
  | { type: "height"; pixels: number }
  | { type: "failed"; message: string }
  | { type: "done" };

/**
 * Stripe's own fields. They and Stripe's script live in a page of their own, in a frame: its policy allows Stripe's
 * hosts, that of the application allows nobody's, and what is typed there never reaches the application.
 */
export function StripeDialog({ kind, clientSecret, onClose, onDone }: StripeDialogProps): ReactNode {
  const { t } = useTranslation("paymentMethods");
  const { locale } = useFormat();
  const { data } = useListPaymentProvidersQuery({});
  const publishableKey = data?.providers.find(({ provider }) => provider === Provider.STRIPE)?.publishableKey ?? "";
  const frame = useRef<HTMLIFrameElement>(null);
  const [status, setStatus] = useState<"loading" | "ready" | "sending">("loading");
  const [height, setHeight] = useState(kind === "payment" ? 480 : 280);
  const [fault, setFault] = useState<string>();
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  const tell = useCallback((message: object) => {
    frame.current?.contentWindow?.postMessage(message, location.origin);
  }, []);
  useEffect(() => {
    const listen = ({ origin, source, data: said }: MessageEvent<Said>): void => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (said.type === "ready") setStatus("ready");
      else if (said.type === "height") setHeight(Math.min(Math.max(said.pixels, 120), 720));
      else if (said.type === "done") done.current();
      else {
        setStatus("ready");
        setFault(said.message);
      }
    };
    window.addEventListener("message", listen);
    return () => window.removeEventListener("message", listen);
  }, []);
  const send = (): void => {
    setFault(undefined);
    setStatus("sending");
    tell({ type: "submit" });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={t(`stripe.${kind}`)}
      isBusy={status === "sending"}
      onSubmit={(event) => {
        event.preventDefault();
        if (status === "ready") send();
      }}
      footer={
        <>
          <Button variant="quiet" isDisabled={status === "sending"} onPress={onClose}>
            {t("cancel")}
          </Button>
          {kind === "setup" && (
            <Button
              type="submit"
              variant="primary"
              isPending={status === "sending"}
              disabledReason={status === "loading" ? t("stripe.loading") : undefined}
            >
              {t("stripe.save")}
            </Button>
          )}
        </>
      }
    >
      <Stack>
        <SandboxNotice />
        {fault !== undefined && <Notice tone="danger">{fault}</Notice>}
        {data !== undefined && publishableKey === "" ? (
          <Notice tone="danger">{t("stripe.noKey")}</Notice>
        ) : (
          data !== undefined && (
            <>
              {status === "loading" && (
                <Loading label={t("stripe.loading")}>
                  <Skeleton $height="6rem" />
                </Loading>
              )}
              <Frame
                ref={frame}
                title={t("stripe.frame")}
                src="/payment-fields.html"
                style={{ blockSize: height }}
                onLoad={() => tell({ type: "begin", kind, clientSecret, publishableKey, locale, dark: isDark() })}
              />
            </>
          )
        )}
        <Text $size="small" $tone="muted">
          {t("stripe.lead")}
        </Text>
      </Stack>
    </Dialog>
  );
}

function isDark(): boolean {
  return getComputedStyle(document.documentElement).colorScheme.includes("dark");
}

const Frame = styled.iframe`
  display: block;
  inline-size: 100%;
  border: 0;
  border-radius: ${theme.radius.medium};
  color-scheme: normal;
`;
