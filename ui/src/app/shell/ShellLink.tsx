import type { ReactNode } from "react";
import { Link, type LinkProps } from "react-aria-components/Link";

import { prefetch } from "./prefetch";

interface ShellLinkProps extends LinkProps {
  href: string;
}

/** A link of the shell: its page is fetched as soon as somebody points at it or reaches it with the keyboard. */
export function ShellLink({ href, ...rest }: ShellLinkProps): ReactNode {
  return <Link {...rest} href={href} onHoverStart={() => prefetch(href)} onFocus={() => prefetch(href)} />;
}
