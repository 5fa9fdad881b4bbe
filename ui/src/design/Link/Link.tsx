import { ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import { Link as AriaLink, type LinkProps as AriaLinkProps } from "react-aria-components/Link";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";

type Variant =
  /** In running text: underlined, in the accent's colour. */
  | "text"
  /** Where it is plain that it leads somewhere, such as a row's name: underlined under the pointer only. */
  | "quiet";

export interface LinkProps extends Omit<AriaLinkProps, "className" | "style" | "children"> {
  href: string;
  /** Default: `text`. */
  variant?: Variant;
  /** Leads out of the application: opens a new tab and says so. */
  external?: boolean;
  children: ReactNode;
}

/** Goes somewhere. A button that goes somewhere is `ButtonLink`. */
export function Link({ variant = "text", external = false, children, ...rest }: LinkProps): ReactNode {
  const { t } = useTranslation("design");
  if (!external)
    return (
      <Anchor {...rest} $variant={variant}>
        {children}
      </Anchor>
    );
  return (
    <Anchor {...rest} $variant={variant} target="_blank" rel="noopener noreferrer">
      {children}
      <ArrowUpRight size={14} aria-hidden />
      <VisuallyHidden>{t("newTab")}</VisuallyHidden>
    </Anchor>
  );
}

const variants = {
  text: css`
    color: ${theme.color.accentText};
    text-decoration: underline;
    text-decoration-color: color-mix(in oklab, currentColor 40%, transparent);
    &[data-hovered] {
      text-decoration-color: currentColor;
    }
  `,
  quiet: css`
    color: inherit;
    font-weight: ${theme.text.weight.medium};
    text-decoration: none;
    &[data-hovered] {
      text-decoration: underline;
    }
  `,
};

const Anchor = styled(AriaLink)<{ $variant: Variant }>`
  border-radius: ${theme.radius.small};
  overflow-wrap: anywhere;
  cursor: pointer;
  ${({ $variant }) => variants[$variant]}
  & > svg {
    display: inline;
    margin-inline-start: 0.15em;
    vertical-align: -0.15em;
  }
`;
