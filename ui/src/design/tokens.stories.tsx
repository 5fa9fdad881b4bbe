import type { Meta, StoryObj } from "@storybook/react-vite";
import { use } from "react";
import { styled, ThemeContext } from "styled-components";

import { Grid, Inline, Stack } from "./layout/layout";
import { theme } from "./theme";
import type { Tokens } from "./tokens";
import { Code, Heading, Text } from "./typography/typography";

const meta = { title: "Design/Tokens", component: Colours } satisfies Meta<typeof Colours>;

export default meta;
type Story = StoryObj<typeof meta>;

const Swatch = styled.div<{ $color: string }>`
  block-size: 2.5rem;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${({ $color }) => $color};
`;

/** Every role of colour as the mode and the brand in the toolbar have it. */
function Colours() {
  const tokens = use(ThemeContext) as Tokens;
  const roles = Object.entries(tokens.color).flatMap(([role, value]): [string, string][] =>
    typeof value === "string"
      ? [[role, value]]
      : Object.entries(value).map(([part, one]): [string, string] => [`${role}.${part}`, String(one)]),
  );
  return (
    <Stack $gap={6}>
      <Grid $least="9rem" $gap={3}>
        {roles.map(([role, value]) => (
          <Stack key={role} $gap={1}>
            <Swatch $color={value} />
            <Text $size="tiny">{role}</Text>
          </Stack>
        ))}
      </Grid>
      <Stack $gap={2}>
        {(["tiny", "small", "medium", "large", "title", "display"] as const).map((size) => (
          <Inline key={size} $align="baseline">
            <Code>{size}</Code>
            <Text $size={size}>Ä quick brown fox, 0123456789</Text>
          </Inline>
        ))}
        <Heading>Heading</Heading>
      </Stack>
    </Stack>
  );
}

export const Light: Story = {};
export const Dark: Story = { globals: { mode: "dark" } };
export const InATenantsColour: Story = { globals: { brand: "#ffd400" } };
