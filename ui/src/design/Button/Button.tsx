import { useEffect, useRef, type ReactNode, type Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import { Link as AriaLink, type LinkProps as AriaLinkProps } from "react-aria-components/Link";
import { clearAnnouncer } from "react-aria/private/live-announcer/LiveAnnouncer";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import { Spinner } from "../Spinner/Spinner";
import { theme } from "../theme";
import { Tooltip } from "../Tooltip/Tooltip";
import { VisuallyHidden } from "../typography/typography";

export type ButtonVariant =
  /** The one main action of a page or dialog. */
  | "primary"
  /** Every other action. */
  | "secondary"
  /** Actions that repeat, such as in rows and toolbars. */
  | "quiet"
  /** What cannot be undone, at its last confirmation. */
  | "danger";
export type ButtonSize = "small" | "medium" | "large";

interface Look {
  /** Default: `secondary`. */
  variant?: ButtonVariant;
  /** Default: `medium`. */
  size?: ButtonSize;
  /** Before the text. */
  icon?: ReactNode;
  /** As wide as the space there is. */
  wide?: boolean;
}

export interface ButtonProps extends Look, Omit<AriaButtonProps, "children" | "className" | "style"> {
  /** The text. A button that shows only its icon is an `IconButton`. */
  children?: ReactNode;
  /** Why it cannot be pressed now. It can still be reached, so that everybody can learn the reason. */
  disabledReason?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

export interface ButtonLinkProps extends Look, Omit<AriaLinkProps, "children" | "className" | "style"> {
  children?: ReactNode;
  href: string;
}

/** Does something. For going somewhere there is `ButtonLink`. While `isPending` it cannot be pressed again. */
export function Button({ variant, size, icon, wide, children, disabledReason, ...rest }: ButtonProps): ReactNode {
  const { t } = useTranslation("design");
  useAnnouncementsEnd(rest.isPending === true);
  const look = lookOf({ variant, size, wide, children });
  if (disabledReason !== undefined) {
    const label = rest["aria-label"];
    return (
      <Tooltip text={disabledReason}>
        <PressButton {...look} {...(label === undefined ? {} : { "aria-label": label })} aria-disabled="true">
          {icon}
          {children}
        </PressButton>
      </Tooltip>
    );
  }
  return (
    <PressButton {...rest} {...look}>
      {({ isPending }) => (
        <>
          {isPending ? <Spinner size={14} /> : icon}
          {children}
          {isPending && <VisuallyHidden>{t("pending")}</VisuallyHidden>}
        </>
      )}
    </PressButton>
  );
}

/** What react-aria announces points at the button; once that is gone, so must be the announcement. */
function useAnnouncementsEnd(isPending: boolean): void {
  const announced = useRef(false);
  useEffect(() => {
    if (isPending) announced.current = true;
  }, [isPending]);
  useEffect(() => () => void (announced.current && clearAnnouncer("assertive")), []);
}

/** Goes somewhere, and looks like a button. */
export function ButtonLink({ variant, size, icon, wide, children, ...rest }: ButtonLinkProps): ReactNode {
  return (
    <PressLink {...rest} {...lookOf({ variant, size, wide, children })}>
      {icon}
      {children}
    </PressLink>
  );
}

interface Shown {
  $variant: ButtonVariant;
  $size: ButtonSize;
  $wide: boolean;
  $bare: boolean;
}

type ShownOf = { [K in keyof Pick<ButtonProps, "variant" | "size" | "wide" | "children">]: ButtonProps[K] | undefined };

function lookOf({ variant = "secondary", size = "medium", wide = false, children }: ShownOf): Shown {
  const bare = children === undefined || children === null || children === false;
  return { $variant: variant, $size: size, $wide: wide, $bare: bare };
}

const variants = {
  primary: css`
    background: ${theme.color.accent};
    color: ${theme.color.onAccent};
    border-color: transparent;
    &[data-hovered] {
      background: ${theme.color.accentHover};
    }
    &[data-pressed] {
      background: ${theme.color.accentPressed};
    }
  `,
  secondary: css`
    background: ${theme.color.raised};
    color: ${theme.color.text};
    border-color: ${theme.color.border};
    box-shadow: ${theme.shadow.low};
    &[data-hovered] {
      background-image: linear-gradient(${theme.color.hover}, ${theme.color.hover});
    }
    &[data-pressed] {
      background-image: linear-gradient(${theme.color.active}, ${theme.color.active});
    }
  `,
  quiet: css`
    background: transparent;
    color: ${theme.color.muted};
    border-color: transparent;
    &[data-hovered] {
      background: ${theme.color.hover};
      color: ${theme.color.text};
    }
    &[data-pressed] {
      background: ${theme.color.active};
      color: ${theme.color.text};
    }
  `,
  danger: css`
    background: ${theme.color.danger.solid};
    color: ${theme.color.danger.onSolid};
    border-color: transparent;
    &[data-hovered] {
      background-image: linear-gradient(rgb(0 0 0 / 0.1), rgb(0 0 0 / 0.1));
    }
    &[data-pressed] {
      background-image: linear-gradient(rgb(0 0 0 / 0.2), rgb(0 0 0 / 0.2));
    }
  `,
};

const sizes = {
  small: css`
    block-size: ${theme.control.small};
    padding-inline: ${theme.space[2]};
    font-size: ${theme.text.size.small};
    gap: ${theme.space[1]};
  `,
  medium: css`
    block-size: ${theme.control.medium};
    padding-inline: ${theme.space[3]};
    gap: ${theme.space.snug};
  `,
  large: css`
    block-size: ${theme.control.large};
    padding-inline: ${theme.space[4]};
    gap: ${theme.space[2]};
  `,
};

const face = css<Shown>`
  display: inline-flex;
  align-items: center;
  justify-content: center;
  flex: none;
  max-inline-size: 100%;
  border: 1px solid;
  border-radius: ${theme.radius.medium};
  font-weight: ${theme.text.weight.medium};
  line-height: 1;
  white-space: nowrap;
  text-decoration: none;
  cursor: default;
  user-select: none;
  -webkit-tap-highlight-color: transparent;
  transition: background-color ${theme.motion.fast} ${theme.motion.ease};
  ${({ $size }) => sizes[$size]}
  ${({ $variant }) => variants[$variant]}
  ${({ $wide }) =>
    $wide &&
    css`
      inline-size: 100%;
    `}
  ${({ $bare }) =>
    $bare &&
    css`
      padding-inline: 0;
      aspect-ratio: 1;
    `}
  &[data-disabled],
  &[data-pending],
  &[aria-disabled="true"] {
    cursor: not-allowed;
  }
  &[data-disabled],
  &[aria-disabled="true"]:not([data-pending]) {
    opacity: 0.45;
    box-shadow: none;
  }
  @media (pointer: coarse) {
    min-block-size: 2.5rem;
  }
  @media (forced-colors: active) {
    border-color: ButtonBorder;
  }
`;

const PressButton = styled(AriaButton)<Shown>`
  ${face}
`;
const PressLink = styled(AriaLink)<Shown>`
  ${face}
  cursor: pointer;
`;
