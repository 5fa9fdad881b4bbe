/** Logos as the contract has them: a `data:` address of a small PNG, WebP or SVG picture. */

export const LARGEST_LOGO_BYTES = 64 * 1024;
export const LOGO_TYPES = ["image/png", "image/webp", "image/svg+xml"] as const;

export type LogoFault = "type" | "size" | "unreadable";

/** The picture as an address, or what is wrong with it. The platform looks at what is inside. */
export async function readLogo(file: Blob): Promise<{ logo: string } | { fault: LogoFault }> {
  if (!LOGO_TYPES.some((type) => type === file.type)) return { fault: "type" };
  if (file.size > LARGEST_LOGO_BYTES) return { fault: "size" };
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { logo: `data:${file.type};base64,${base64(bytes)}` };
  } catch {
    return { fault: "unreadable" };
  }
}

/** An address that may be shown as a picture; empty for anything else. */
export function shownLogo(logo: string): string {
  return /^data:image\/(?:png|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(logo) ? logo : "";
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
