import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled, keyframes } from "styled-components";

import { Spinner } from "@/design/Spinner/Spinner";
import { theme } from "@/design/theme";
import { VisuallyHidden } from "@/design/typography/typography";

/** While a whole page is on its way. It shows only after a moment: most pages are there before. */
export function Waiting(): ReactNode {
  const { t } = useTranslation("app");
  return (
    <Middle role="status" data-loading>
      <Spinner size={20} />
      <VisuallyHidden>{t("loading")}</VisuallyHidden>
    </Middle>
  );
}

const appear = keyframes`from { opacity: 0; }`;

const Middle = styled.div`
  display: grid;
  place-items: center;
  min-block-size: 50dvb;
  color: ${theme.color.muted};
  animation: ${appear} ${theme.motion.medium} 300ms backwards;
`;
