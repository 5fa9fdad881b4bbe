import { ShieldQuestion } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { styled } from "styled-components";

import { ClientReason, refusal } from "@/api/errors";
import { WebhookService } from "@/api/gen/atrium/billing/v1/webhook_service_pb";
import { httpRule } from "@/api/http";
import { Button } from "@/design/Button/Button";
import { DocumentTitle } from "@/design/layout/DocumentTitle";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { useErrorText, type Failure } from "@/i18n/errorText";

import { rememberedBack } from "./useConfirmation";

/** The page of a bank that asks the payer, as far as the sandbox has one. */
export function SandboxConfirmPage(): ReactNode {
  const { t } = useTranslation("payments");
  const { errorText } = useErrorText();
  const { hash } = useLocation();
  const navigate = useNavigate();
  // Behind the #, so that no server's log holds the secret.
  const asked = useMemo(() => new URLSearchParams(hash.slice(1)), [hash]);
  const [sending, setSending] = useState<"accept" | "refuse">();
  const [failure, setFailure] = useState<Failure>();
  const [isOver, setOver] = useState(false);
  const reference = asked.get("reference") ?? "";
  const isWhole = reference !== "" && asked.get("client_secret") !== null;
  const answer = async (word: "accept" | "refuse"): Promise<void> => {
    if (sending !== undefined) return;
    setSending(word);
    setFailure(undefined);
    const failed = await send(word, reference, asked.get("client_secret") ?? "");
    setSending(undefined);
    if (failed !== undefined) return setFailure(failed);
    const back = backOf(asked.get("return_url") ?? "") ?? rememberedBack();
    if (back === undefined) setOver(true);
    else void navigate(back, { replace: true });
  };
  return (
    <Ground>
      <DocumentTitle>{t("sandbox.title")}</DocumentTitle>
      <Sheet>
        <Stack>
          <Inline $gap={3}>
            <ShieldQuestion size={24} aria-hidden />
            <Heading as="h1">{t("sandbox.title")}</Heading>
          </Inline>
          <Notice tone="warning">{t("sandbox.noMoney")}</Notice>
          {failure !== undefined && <Notice tone="danger">{errorText(failure)}</Notice>}
          {isOver ? (
            <Notice tone="success">{t("sandbox.over")}</Notice>
          ) : isWhole ? (
            <>
              <Text>{t(reference.startsWith("sbm_") ? "sandbox.method" : "sandbox.payment")}</Text>
              <Inline>
                <Button
                  variant="primary"
                  isPending={sending === "accept"}
                  isDisabled={sending === "refuse"}
                  onPress={() => void answer("accept")}
                >
                  {t("sandbox.accept")}
                </Button>
                <Button
                  isPending={sending === "refuse"}
                  isDisabled={sending === "accept"}
                  onPress={() => void answer("refuse")}
                >
                  {t("sandbox.refuse")}
                </Button>
              </Inline>
            </>
          ) : (
            <Notice tone="danger">{t("sandbox.broken")}</Notice>
          )}
        </Stack>
      </Sheet>
    </Ground>
  );
}

/** Tells the sandbox. Not by the client: a webhook's body is taken as it comes. */
async function send(answer: string, reference: string, clientSecret: string): Promise<Failure | undefined> {
  const { template } = httpRule(WebhookService.method.handleWebhook);
  try {
    const response = await fetch(template.replace("{provider}", "sandbox"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ answer, reference, client_secret: clientSecret }),
    });
    return response.ok ? undefined : await refusal(response);
  } catch (error) {
    return { reason: ClientReason.OFFLINE, message: String(error), metadata: {} };
  }
}

/** The path of an address of this application; undefined for any other, which nobody is sent to. */
function backOf(url: string): string | undefined {
  if (url === "") return undefined;
  try {
    const { origin, pathname, search, hash } = new URL(url, location.href);
    return origin === location.origin ? pathname + search + hash : undefined;
  } catch {
    return undefined;
  }
}

const Ground = styled.main`
  display: grid;
  place-items: center;
  min-block-size: 100dvb;
  padding: ${theme.space[4]};
  background: ${theme.color.canvas};
`;

const Sheet = styled(Card)`
  inline-size: 100%;
  max-inline-size: 28rem;
  padding: ${theme.space[6]};
`;
