import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, reportId } from "@/api/errors";
import { SignUpService } from "@/api/gen/atrium/tenants/v1/sign_up_service_pb";
import { createClient } from "@/api/rest";
import { getSetup } from "@/api/visitor";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { KeptMails } from "@/design/Notice/KeptMails";
import { Notice } from "@/design/Notice/Notice";
import { Text } from "@/design/typography/typography";
import { useAtField } from "@/forms/fieldFaults";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { browserTimeZone } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useAnswer } from "@/session/useAnswer";

import { FormSlugField } from "../tenants/FormSlugField";
import { SignUpFrame } from "./SignUpFrame";
import { useVisitorTransport } from "./visitorTransport";

interface Values {
  company: string;
  slug: string;
  displayName: string;
  email: string;
}

const EMPTY: Values = { company: "", slug: "", displayName: "", email: "" };

/** Customers come by themselves: asks who they are, and has a link mailed that confirms the address. */
export function SignUpPage(): ReactNode {
  const { t } = useTranslation("signup");
  const [sent, setSent] = useState<Values>();
  const [before, setBefore] = useState(EMPTY);
  const [closed, setClosed] = useState(false);
  if (closed) return <SignUpClosed />;
  if (sent !== undefined)
    return (
      <SignUpFrame title={t("sent.title")} lead={t("sent.lead", { email: sent.email, company: sent.company })}>
        <Text $tone="muted" $size="small">
          {t("sent.nothing")}
        </Text>
        <MailNotice />
        <Inline>
          <Button
            onPress={() => {
              setBefore(sent);
              setSent(undefined);
            }}
          >
            {t("sent.change")}
          </Button>
        </Inline>
      </SignUpFrame>
    );
  return <SignUpForm before={before} onSent={setSent} onClosed={() => setClosed(true)} />;
}

function MailNotice(): ReactNode {
  const transport = useVisitorTransport();
  const { answer } = useAnswer(useCallback(() => getSetup(transport), [transport]));
  return answer?.mailKept === true && <KeptMails />;
}

interface SignUpFormProps {
  before: Values;
  onSent: (values: Values) => void;
  onClosed: () => void;
}

function SignUpForm({ before, onSent, onClosed }: SignUpFormProps): ReactNode {
  const { t } = useTranslation("signup");
  const texts = useErrorText();
  const atField = useAtField();
  const { locale } = useFormat();
  const transport = useVisitorTransport();
  const { form, control, submit, failure, isSending } = useRequestForm<Values>({
    defaultValues: before,
    send: async (values) => {
      try {
        await createClient(SignUpService, transport).signUp({ ...values, locale, timeZone: browserTimeZone() });
      } catch (error) {
        if (error instanceof ApiError && error.reason === "SIGN_UP_CLOSED") return onClosed();
        throw await atField(error, { SLUG_TAKEN: "slug", SLUG_RESERVED: "slug" });
      }
      onSent(values);
    },
  });
  return (
    <SignUpFrame title={t("title")} lead={t("lead")}>
      {failure !== undefined && (
        <Notice tone="danger" requestId={reportId(failure)}>
          {texts.errorText(failure)}
        </Notice>
      )}
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack>
          <FormTextField
            control={control}
            name="company"
            label={t("company")}
            autoComplete="organization"
            maxLength={120}
            isRequired
          />
          <FormSlugField
            form={form}
            name="slug"
            nameField="company"
            label={t("slug")}
            description={t("slugHint")}
            faultText={(fault) => t(`slugFault.${fault}`)}
          />
          <FormTextField
            control={control}
            name="displayName"
            label={t("name")}
            autoComplete="name"
            maxLength={120}
            isRequired
          />
          <FormTextField
            control={control}
            name="email"
            type="email"
            label={t("email")}
            description={t("emailHint")}
            autoComplete="email"
            maxLength={254}
            isRequired
          />
          <Button type="submit" variant="primary" size="large" wide isPending={isSending}>
            {t("submit")}
          </Button>
        </Stack>
      </form>
      <Text $tone="muted" $size="small">
        {t("haveAccount")}
      </Text>
    </SignUpFrame>
  );
}

/** Why nobody can sign up here, and what to do instead. */
export function SignUpClosed(): ReactNode {
  const { t } = useTranslation("signup");
  return (
    <SignUpFrame title={t("closed.title")} lead={t("closed.lead")}>
      <Text $tone="muted" $size="small">
        {t("closed.invited")}
      </Text>
      <Inline>
        <ButtonLink href={paths.home}>{t("closed.home")}</ButtonLink>
      </Inline>
    </SignUpFrame>
  );
}
