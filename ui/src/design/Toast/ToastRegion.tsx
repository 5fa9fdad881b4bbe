import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { Text } from "react-aria-components/Text";
import {
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as Content,
  UNSTABLE_ToastRegion as AriaToastRegion,
} from "react-aria-components/Toast";
import { useTranslation } from "react-i18next";
import { keyframes, styled } from "styled-components";

import { Button } from "../Button/Button";
import { floating } from "../overlay/overlay";
import { theme } from "../theme";
import { breakpoints } from "../tokens";
import { queue, type ToastContent } from "./toast";

const icons = { success: CircleCheck, info: Info, warning: TriangleAlert, danger: CircleAlert };

export function ToastRegion(): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Region queue={queue} aria-label={t("toast.region")}>
      {({ toast }) => {
        const { tone = "info", title, description, action } = toast.content;
        const Icon = icons[tone];
        return (
          <Message toast={toast}>
            <Mark $tone={tone}>
              <Icon size={16} aria-hidden />
            </Mark>
            <Words>
              <Title slot="title">{title}</Title>
              {description !== undefined && <Below slot="description">{description}</Below>}
            </Words>
            {action !== undefined && (
              <Button
                size="small"
                slot={null}
                onPress={() => {
                  queue.close(toast.key);
                  action.onPress();
                }}
              >
                {action.label}
              </Button>
            )}
            <Button
              size="small"
              variant="quiet"
              slot="close"
              aria-label={t("toast.close")}
              icon={<X size={14} aria-hidden />}
            />
          </Message>
        );
      }}
    </Region>
  );
}

const appear = keyframes`from { opacity: 0; translate: 0 12px; }`;

const Region = styled(AriaToastRegion)`
  position: fixed;
  inset-block-end: calc(${theme.space[4]} + env(safe-area-inset-bottom));
  inset-inline-end: ${theme.space[4]};
  z-index: ${theme.layer.toast};
  inline-size: min(24rem, calc(100vw - 2 * ${theme.space[4]}));
  border-radius: ${theme.radius.large};
  outline: none;
  & > ol {
    display: flex !important;
    flex-direction: column;
    gap: ${theme.space[2]};
  }
  @media ${breakpoints.narrow} {
    inset-inline: ${theme.space[4]};
    inline-size: auto;
  }
` as typeof AriaToastRegion;

const Message = styled(AriaToast<ToastContent>)`
  ${floating}
  display: flex;
  align-items: start;
  gap: ${theme.space[2]};
  padding: ${theme.space[3]};
  line-height: 1.25rem;
  animation: ${appear} ${theme.motion.medium} ${theme.motion.ease};
  &[data-focus-visible] {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 2px;
  }
  & > button {
    margin-block: -${theme.space[1]};
  }
`;

const Mark = styled.span<{ $tone: keyof typeof icons }>`
  padding-block-start: 0.125rem;
  color: ${({ $tone }) => theme.color[$tone].text};
`;

const Words = styled(Content)`
  flex: 1;
  display: flex;
  flex-direction: column;
  min-inline-size: 0;
  overflow-wrap: anywhere;
`;

const Title = styled(Text)`
  font-weight: ${theme.text.weight.medium};
`;

const Below = styled(Text)`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;
