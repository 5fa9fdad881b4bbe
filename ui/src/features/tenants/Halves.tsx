import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";

/** Two side by side, one below the other where there is no room. */
export const Halves = styled.div`
  display: grid;
  grid-template-columns: repeat(2, minmax(0, 1fr));
  gap: ${theme.space[4]};
  @media ${breakpoints.medium} {
    grid-template-columns: minmax(0, 1fr);
  }
`;
