import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate } from "react-router";

import { reportId } from "@/api/errors";
import type { Invitation } from "@/api/gen/atrium/iam/v1/password_service_pb";
import type { SignedIn } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { PLATFORM, visitorCalls } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Spinner } from "@/design/Spinner/Spinner";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { useArea } from "@/session/AreaProvider";
import { useSession } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";

import { NewPasswordField } from "../password/NewPasswordField";
import { SignInFlow } from "./SignInFlow";
import { useLinkToken } from "./useLinkToken";
import { VisitorPage } from "./VisitorPage";

/** Where an invitation leads: who it is for, a first password, and then in. */
export function AcceptInvitationPage(): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session, realm, state } = useSession();
  const { name } = useArea();
  const token = useLinkToken();
  const ask = useCallback(async () => (await visitorCalls()).getInvitation(session.transport, token), [session, token]);
  const { answer: invitation, failure, reload: again } = useAnswer(token === "" ? undefined : ask);
  // Whoever is signed in as somebody else must not be led away before they have decided.
  const [answer, setAnswer] = useState<SignedIn>();

  if (answer !== undefined && state.status === "signed-in") return <Navigate replace to={paths.area(realm)} />;
  const organization = invitation?.tenantDisplayName || name || t(realm === PLATFORM ? "product" : "organization");
  if (answer !== undefined)
    return (
      <VisitorPage title={t("invitation.title", { organization })}>
        <SignInFlow begun={answer} />
      </VisitorPage>
    );
  const useless = token === "" || failure?.reason === "LINK_INVALID";
  return (
    <VisitorPage
      title={t("invitation.title", { organization })}
      lead={invitation === undefined ? undefined : t("invitation.lead", { email: invitation.email })}
    >
      {useless && (
        <Notice
          tone="danger"
          title={t("linkInvalid")}
          actions={<ButtonLink href={paths.login(realm)}>{t("backToSignIn")}</ButtonLink>}
        >
          {t("invitation.useless")}
        </Notice>
      )}
      {failure !== undefined && !useless && (
        <Notice
          tone="danger"
          requestId={reportId(failure)}
          actions={
            <Button size="small" onPress={again}>
              {t("tryAgain")}
            </Button>
          }
        >
          {errorText(failure)}
        </Notice>
      )}
      {failure === undefined && !useless && invitation === undefined && (
        <div role="status" aria-label={t("invitation.looking")}>
          <Spinner size={20} />
        </div>
      )}
      {invitation !== undefined && (
        <Accept
          invitation={invitation}
          token={token}
          onAnswer={(given) => {
            if (given.mfaToken === "") session.adopt(given);
            setAnswer(given);
          }}
        />
      )}
    </VisitorPage>
  );
}

interface AcceptProps {
  invitation: Invitation;
  token: string;
  onAnswer: (answer: SignedIn) => void;
}

function Accept({ invitation, token, onAnswer }: AcceptProps): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session } = useSession();
  const { control, submit, failure, isSending } = useRequestForm({
    defaultValues: { displayName: invitation.displayName, password: "" },
    send: async (values: { displayName: string; password: string }) =>
      (await visitorCalls()).acceptInvitation(session.transport, { token, ...values }),
    onDone: onAnswer,
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <input type="hidden" name="username" autoComplete="username" value={invitation.email} readOnly />
        <FormTextField control={control} name="displayName" label={t("name")} autoComplete="name" isRequired />
        <NewPasswordField
          control={control}
          name="password"
          label={t("invitation.password")}
          known={[invitation.email, invitation.displayName]}
        />
        <Button type="submit" variant="primary" size="large" wide isPending={isSending}>
          {t("invitation.submit")}
        </Button>
      </Stack>
    </form>
  );
}
