import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Inline } from "../layout/layout";
import { Loading, Skeleton, SkeletonText } from "./Skeleton";

const meta = {
  title: "Design/Skeleton",
  component: Loading,
  args: {
    label: "Loading the tenant",
    children: (
      <>
        <Inline $nowrap>
          <Skeleton $width="2.5rem" $height="2.5rem" $round />
          <Skeleton $width="12rem" />
        </Inline>
        <SkeletonText lines={3} />
      </>
    ),
  },
} satisfies Meta<typeof Loading>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SaysOnceWhatItStandsFor: Story = {
  play: async ({ canvas }) => expect(canvas.getByRole("status")).toHaveTextContent(/^Loading the tenant$/),
};

export const InTheDark: Story = { globals: { mode: "dark" } };
