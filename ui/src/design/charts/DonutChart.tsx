import { arc, pie } from "d3-shape";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";
import { paintAt, paintOf, type ChartColor } from "./series";
import { Swatch } from "./Swatch";

export interface Slice {
  id: string;
  label: string;
  /** At least 0. */
  value: number;
  /** Default: the next of the palette. */
  color?: ChartColor;
}

interface DonutChartProps {
  /** What the chart is about. */
  label: string;
  /** Six or fewer can be told apart; for more there is `BarList`. */
  slices: readonly Slice[];
  /** What all are together, such as “users”: shown in the middle under the total. */
  unit: string;
  /** A value in words. Default: a number of the locale. */
  format?: (value: number) => string;
}

const [SIZE, THICK] = [160, 22];

/** What a whole is made of. Every value stands beside it in a table, so that nothing has to be read off the ring. */
export function DonutChart({ label, slices, unit, format }: DonutChartProps): ReactNode {
  const { t } = useTranslation("design");
  const formats = useFormat();
  const write = format ?? formats.number;
  const [at, look] = useState<string>();
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  const painted = slices.map((slice, index) => ({
    ...slice,
    paint: slice.color === undefined ? paintAt(index) : paintOf(slice.color),
  }));
  const arcs = pie<Slice>()
    // In their own order.
    .sortValues(null)
    .value(({ value }) => value)
    // One alone is a ring without a gap.
    .padAngle(slices.filter(({ value }) => value > 0).length > 1 ? 0.014 : 0)([...slices]);
  const ring = arc<{ startAngle: number; endAngle: number; padAngle: number }>()
    .innerRadius(SIZE / 2 - THICK)
    .outerRadius(SIZE / 2)
    .cornerRadius(3);
  const chosen = painted.find(({ id }) => id === at);
  return (
    <Figure aria-label={label}>
      <Ring aria-hidden>
        <svg viewBox={`0 0 ${String(SIZE)} ${String(SIZE)}`} onPointerLeave={() => look(undefined)}>
          <g transform={`translate(${String(SIZE / 2)} ${String(SIZE / 2)})`}>
            {total === 0 ? (
              <Empty r={(SIZE - THICK) / 2} strokeWidth={THICK} />
            ) : (
              arcs.map(({ data, startAngle, endAngle, padAngle }, index) => (
                <Piece
                  key={data.id}
                  d={ring({ startAngle, endAngle, padAngle }) ?? ""}
                  style={{ fill: painted[index]?.paint }}
                  $faded={at !== undefined && at !== data.id}
                  onPointerEnter={() => look(data.id)}
                />
              ))
            )}
          </g>
        </svg>
        <Middle>
          <b>{write(chosen?.value ?? total)}</b>
          <span dir="auto">{chosen?.label ?? unit}</span>
        </Middle>
      </Ring>
      <Key>
        <thead>
          <tr>
            <th scope="col">
              <VisuallyHidden>{t("chart.part")}</VisuallyHidden>
            </th>
            <th scope="col">
              <VisuallyHidden>{t("chart.value")}</VisuallyHidden>
            </th>
            <th scope="col">
              <VisuallyHidden>{t("chart.share")}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody onPointerLeave={() => look(undefined)}>
          {painted.map(({ id, label: name, value, paint }) => (
            <tr key={id} data-here={at === id} onPointerEnter={() => look(id)}>
              <th scope="row">
                <span>
                  <Swatch paint={paint} />
                  <bdi>{name}</bdi>
                </span>
              </th>
              <td>{write(value)}</td>
              <td>{total === 0 ? "–" : formats.percent(value / total, 0)}</td>
            </tr>
          ))}
        </tbody>
      </Key>
    </Figure>
  );
}

const Figure = styled.figure`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[5]};
`;

const Ring = styled.div`
  position: relative;
  flex: none;
  inline-size: 10rem;
  margin-inline: auto;
`;

const Empty = styled.circle`
  fill: none;
  stroke: ${theme.color.active};
`;

const Piece = styled.path<{ $faded: boolean }>`
  opacity: ${({ $faded }) => ($faded ? 0.35 : 1)};
  transition: opacity ${theme.motion.fast} ${theme.motion.ease};
`;

const Middle = styled.div`
  position: absolute;
  inset: 1.75rem;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  overflow: hidden;
  text-align: center;
  pointer-events: none;
  & > b {
    font-size: ${theme.text.size.title};
    font-weight: ${theme.text.weight.bold};
    font-variant-numeric: tabular-nums;
    line-height: ${theme.text.line.tight};
  }
  & > span {
    max-inline-size: 100%;
    overflow: hidden;
    color: ${theme.color.muted};
    font-size: ${theme.text.size.tiny};
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;

const Key = styled.table`
  flex: 1 1 12rem;
  min-inline-size: 0;
  font-size: ${theme.text.size.small};
  & tr[data-here="true"] {
    background: ${theme.color.hover};
  }
  & th,
  & td {
    padding: ${theme.space.hair} ${theme.space[1]};
  }
  & thead th {
    padding: 0;
  }
  & tbody th {
    inline-size: 100%;
    max-inline-size: 0;
    font-weight: ${theme.text.weight.regular};
    text-align: start;
  }
  & tbody th > span {
    display: flex;
    align-items: center;
    gap: ${theme.space[2]};
  }
  & bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  & td {
    text-align: end;
    white-space: nowrap;
  }
  & td:nth-child(2) {
    font-weight: ${theme.text.weight.medium};
  }
  & td:last-child {
    min-inline-size: 3rem;
    color: ${theme.color.muted};
  }
`;
