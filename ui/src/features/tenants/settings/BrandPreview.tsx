import { useMemo, type CSSProperties, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { tokensOf, type Mode, type Tokens } from "@/design/tokens";

import { shownLogo } from "./logo";

export interface Brand {
  displayName: string;
  primaryColor: string;
  accentColor: string;
  logo: string;
}

const MODES: Mode[] = ["light", "dark"];

/** How the tenant's pages will look with a brand that is not saved yet, in both modes. A picture, not a page. */
export function BrandPreview({ brand }: { brand: Brand }): ReactNode {
  const { t } = useTranslation("tenants");
  return (
    <Both role="img" aria-label={t("settings.branding.preview")}>
      {MODES.map((mode) => (
        <Portal key={mode} mode={mode} brand={brand} />
      ))}
    </Both>
  );
}

function Portal({ brand, mode }: { brand: Brand; mode: Mode }): ReactNode {
  const { t } = useTranslation("tenants");
  const { displayName, primaryColor, accentColor } = brand;
  const style = useMemo(() => variables(tokensOf(mode, primaryColor)), [mode, primaryColor]);
  const logo = shownLogo(brand.logo);
  return (
    // What is in a picture is neither read aloud nor reached by keyboard.
    <Frame style={style} aria-hidden inert>
      <Bar>
        {logo === "" ? <Initial>{displayName.trim().charAt(0).toUpperCase()}</Initial> : <Mark src={logo} alt="" />}
        <Name dir="auto">{displayName}</Name>
      </Bar>
      <Sheet>
        <Title>{t("settings.branding.previewWelcome")}</Title>
        <Line />
        <Line $short />
        <Inline>
          <Press>{t("settings.branding.previewSignIn")}</Press>
          <Link>{t("settings.branding.previewLink")}</Link>
        </Inline>
        <Bars>
          {[40, 65, 50, 80, 60, 95].map((height) => (
            <span key={height} style={{ blockSize: `${String(height)}%`, background: accentColor }} />
          ))}
        </Bars>
      </Sheet>
    </Frame>
  );
}

/** The variables of `theme` with other values, for one element and what is in it. */
function variables(tokens: Tokens): CSSProperties {
  const { color } = theme.vars;
  const roles = ["canvas", "surface", "border", "text", "muted", "accent", "onAccent", "accentText", "active"] as const;
  return Object.fromEntries(roles.map((role) => [color[role], tokens.color[role]]));
}

const Both = styled.div`
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr));
  gap: ${theme.space[3]};
`;

const Frame = styled.div`
  overflow: hidden;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.canvas};
  color: ${theme.color.text};
  font-size: ${theme.text.size.small};
  user-select: none;
`;

const Bar = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[2]} ${theme.space[3]};
  border-block-end: 1px solid ${theme.color.border};
  background: ${theme.color.surface};
`;

const Mark = styled.img`
  inline-size: 1.5rem;
  block-size: 1.5rem;
  object-fit: contain;
`;

const Initial = styled.span`
  display: grid;
  place-items: center;
  flex: none;
  inline-size: 1.5rem;
  block-size: 1.5rem;
  border-radius: ${theme.radius.small};
  background: ${theme.color.accent};
  color: ${theme.color.onAccent};
  font-weight: ${theme.text.weight.bold};
`;

const Name = styled.span`
  min-inline-size: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-weight: ${theme.text.weight.bold};
`;

const Sheet = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
  margin: ${theme.space[3]};
  padding: ${theme.space[3]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.surface};
`;

const Title = styled.span`
  font-weight: ${theme.text.weight.bold};
`;

const Line = styled.span<{ $short?: boolean }>`
  inline-size: ${({ $short = false }) => ($short ? "60%" : "100%")};
  block-size: 0.375rem;
  border-radius: ${theme.radius.full};
  background: ${theme.color.active};
`;

const Inline = styled.span`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[2]};
`;

const Press = styled.span`
  padding: ${theme.space[1]} ${theme.space[3]};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.accent};
  color: ${theme.color.onAccent};
  font-weight: ${theme.text.weight.medium};
`;

const Link = styled.span`
  color: ${theme.color.accentText};
  text-decoration: underline;
`;

const Bars = styled.span`
  display: flex;
  align-items: end;
  gap: ${theme.space[1]};
  block-size: 2rem;
  span {
    flex: 1;
    border-radius: 2px 2px 0 0;
  }
`;
