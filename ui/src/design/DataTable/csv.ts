import type { Column } from "./columns";

/**
 * Rows as a file for spreadsheets (RFC 4180, with a mark that it is UTF-8): the columns that have a `text`, whether
 * shown or not. Texts that spreadsheets would run as formulas get an apostrophe in front, for rows hold what strangers
 * typed (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function toCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Blob {
  const written = columns.filter((column) => column.text !== undefined);
  const lines = [
    written.map((column) => column.header),
    ...rows.map((row) => written.map((column) => column.text?.(row) ?? "")),
  ];
  const text = lines.map((line) => line.map(field).join(",")).join("\r\n");
  return new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" });
}

function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
