import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { styled } from "styled-components";

import { ApiError, reportId } from "@/api/errors";
import { PLATFORM, sessionCalls, visitorCalls } from "@/api/session";
import type { FirstStart } from "@/api/visitorCalls";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { Code, Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { AreaProvider, useArea } from "@/session/AreaProvider";
import { SessionProvider, useSession } from "@/session/SessionProvider";

import { VisitorPage } from "../login/VisitorPage";
import { NewPasswordField } from "../password/NewPasswordField";

const STEPS = ["code", "admin", "organization"] as const;
type Step = (typeof STEPS)[number];
const FIELDS: Record<Step, [keyof FirstStart, ...(keyof FirstStart)[]]> = {
  code: ["code"],
  admin: ["displayName", "email", "password"],
  organization: ["organizationName"],
};

const checked = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/setup_service_pb")).CompleteSetupRequestSchema,
  (values: FirstStart) => values,
);

const COMMAND = "atrium setup-code";

/** The first start of an installation: its code, its first administrator, its name; then one is signed in. */
export function SetupPage(): ReactNode {
  return (
    <SessionProvider realm={PLATFORM}>
      <AreaProvider>
        <Wizard />
      </AreaProvider>
    </SessionProvider>
  );
}

function Wizard(): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session } = useSession();
  const { name } = useArea();
  const navigate = useNavigate();

  // The address that the platform prints has the code after its `#`, which browsers send to nobody.
  const [code] = useState(new URLSearchParams(useLocation().hash.slice(1)).get("code") ?? "");
  const [at, setAt] = useState(code === "" ? 0 : 1);
  const step = STEPS[at] ?? "code";
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: { code, organizationName: "", email: "", displayName: "", password: "" },
    rules: checked,
    send: async (values: FirstStart) => {
      try {
        await (await visitorCalls()).completeSetup(session.transport, values);
      } catch (error) {
        // The platform checks everything at the end: what it objects to is shown on the step it belongs to.
        if (error instanceof ApiError) setAt(stepOf(error));
        throw error;
      }
    },
    onDone: async (_, { email, password }) => {
      const { login } = await sessionCalls();
      session.adopt(await login(session.transport, PLATFORM, { email, password }));
      await navigate(paths.area(PLATFORM), { replace: true });
    },
  });
  useEffect(() => form.setFocus(FIELDS[step][0]), [form, step]);

  const next = async (): Promise<void> => {
    if (!(await form.trigger(FIELDS[step], { shouldFocus: true }))) return;
    const { password, displayName, email } = form.getValues();
    if (step === "admin" && !(await isStrong(password, [displayName, email]))) {
      form.setError("password", { type: "PASSWORD_WEAK" }, { shouldFocus: true });
      return;
    }
    setAt(at + 1);
  };
  if (name !== undefined && failure === undefined && !isSending && !form.formState.isSubmitSuccessful)
    return <Closed />;
  const last = at === STEPS.length - 1;
  return (
    <VisitorPage title={t("setup.title")} lead={t("setup.lead")}>
      <Steps aria-label={t("setup.steps")}>
        {STEPS.map((one, number) => (
          <li key={one} {...(number === at ? { "aria-current": "step" } : {})} data-done={number < at}>
            {t(`setup.${one}.name`)}
          </li>
        ))}
      </Steps>
      {failure !== undefined && (
        <Notice tone="danger" requestId={reportId(failure)}>
          {errorText(failure)}
        </Notice>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void (last ? submit(event) : next());
        }}
      >
        <Stack>
          {step === "code" && (
            <>
              <Text>{t("setup.code.text")}</Text>
              <Text $size="small" $tone="muted">
                {t("setup.code.again")} <Code>{COMMAND}</Code>
              </Text>
              <FormTextField
                control={control}
                name="code"
                label={t("setup.code.label")}
                autoComplete="off"
                spellCheck="false"
              />
            </>
          )}
          {step === "admin" && (
            <>
              <Text>{t("setup.admin.text")}</Text>
              <FormTextField control={control} name="displayName" label={t("name")} autoComplete="name" />
              <FormTextField control={control} name="email" type="email" label={t("email")} autoComplete="username" />
              <NewPasswordField
                control={control}
                name="password"
                label={t("password.label")}
                known={[form.getValues("displayName"), form.getValues("email")]}
              />
            </>
          )}
          {step === "organization" && (
            <>
              <Text>{t("setup.organization.text")}</Text>
              <FormTextField
                control={control}
                name="organizationName"
                label={t("setup.organization.label")}
                autoComplete="organization"
              />
            </>
          )}
          <Inline $justify="space-between">
            {at > 0 ? (
              <Button variant="quiet" onPress={() => setAt(at - 1)} isDisabled={isSending}>
                {t("setup.back")}
              </Button>
            ) : (
              <span />
            )}
            <Button type="submit" variant="primary" size="large" isPending={isSending}>
              {t(last ? "setup.finish" : "setup.next")}
            </Button>
          </Inline>
        </Stack>
      </form>
    </VisitorPage>
  );
}

/** Whether a password is worth going on with. Where that cannot be found out, the platform says it at the end. */
async function isStrong(password: string, known: readonly string[]): Promise<boolean> {
  try {
    const { scoreOf } = await import("../password/strength");
    return scoreOf(password, known) >= 3;
  } catch {
    return true;
  }
}

/** The step that a refusal is about; the last one where it is about none. */
function stepOf({ reason, violations }: ApiError): number {
  if (reason === "SETUP_CODE_WRONG") return 0;
  const at = STEPS.findIndex((one) => violations.some(({ field }) => FIELDS[one].some((own) => own === field)));
  return at < 0 ? STEPS.length - 1 : at;
}

function Closed(): ReactNode {
  const { t } = useTranslation("login");
  return (
    <VisitorPage title={t("setup.closed")} lead={t("setup.closedText")}>
      <ButtonLink variant="primary" size="large" href={paths.login(PLATFORM)}>
        {t("signIn")}
      </ButtonLink>
    </VisitorPage>
  );
}

const Steps = styled.ol`
  display: grid;
  grid-template-columns: repeat(3, 1fr);
  gap: ${theme.space[2]};
  counter-reset: step;
  & > li {
    counter-increment: step;
    padding-block-start: ${theme.space[2]};
    border-block-start: 3px solid ${theme.color.border};
    color: ${theme.color.muted};
    font-size: ${theme.text.size.small};
  }
  & > li::before {
    content: counter(step) " ";
  }
  @media ${breakpoints.narrow} {
    & > li {
      font-size: ${theme.text.size.tiny};
    }
  }
  & > li[data-done="true"] {
    border-color: ${theme.color.accent};
  }
  & > li[aria-current] {
    border-color: ${theme.color.accent};
    color: ${theme.color.text};
    font-weight: ${theme.text.weight.medium};
  }
`;
