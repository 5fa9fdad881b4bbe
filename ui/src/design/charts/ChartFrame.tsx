import { ChartNoAxesColumn, Table2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { IconButton } from "../IconButton/IconButton";
import { theme } from "../theme";

interface ChartFrameProps {
  /** What the chart is about: its name. */
  label: string;
  /** Beside the button that changes to the table. */
  legend?: ReactNode;
  /** Instead of the chart, when it is asked for. */
  table: ReactNode;
  children: ReactNode;
}

/** Around every chart: its name, its legend, and the way to its numbers as a table. */
export function ChartFrame({ label, legend, table, children }: ChartFrameProps): ReactNode {
  const { t } = useTranslation("design");
  const [asTable, setAsTable] = useState(false);
  return (
    <Figure aria-label={label}>
      <Head>
        <div>{!asTable && legend}</div>
        <IconButton
          size="small"
          label={t(asTable ? "chart.asChart" : "chart.asTable")}
          icon={asTable ? <ChartNoAxesColumn size={16} aria-hidden /> : <Table2 size={16} aria-hidden />}
          onPress={() => setAsTable(!asTable)}
        />
      </Head>
      {asTable ? table : children}
    </Figure>
  );
}

const Figure = styled.figure`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
`;

const Head = styled.div`
  display: flex;
  align-items: start;
  justify-content: space-between;
  gap: ${theme.space[2]};
  & > div {
    min-inline-size: 0;
  }
`;
