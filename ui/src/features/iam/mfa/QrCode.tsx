import { useMemo, type ReactNode } from "react";
import { encode } from "uqr";

interface QrCodeProps {
  /** What a camera reads. It never leaves this page. */
  text: string;
  label: string;
  size?: number;
}

/** A QR code, drawn here. Black on white in both modes: cameras want it so. */
export function QrCode({ text, label, size = 184 }: QrCodeProps): ReactNode {
  const { path, width } = useMemo(() => {
    const { data, size: width } = encode(text, { border: 3 });
    const path = data
      .map((row, y) => row.map((dark, x) => (dark ? `M${String(x)} ${String(y)}h1v1h-1z` : "")).join(""))
      .join("");
    return { path, width };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${String(width)} ${String(width)}`}
      shapeRendering="crispEdges"
    >
      <rect width={width} height={width} rx={1} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
