/**
 * How hard a password is to guess, by the measure the platform uses (zxcvbn). The word lists behind it are large:
 * import this file with `import()`.
 */
import zxcvbn from "zxcvbn";

/** From 0, the first that everybody tries, to 4; the platform asks for 3. */
export type Score = 0 | 1 | 2 | 3 | 4;

/** `known` are the person's name and e-mail: whoever knows them tries those first. */
export function scoreOf(password: string, known: readonly string[]): Score {
  const parts = known.flatMap((text) => [text, ...text.split(/[\s@]+/)]).filter((part) => part !== "");
  // Its time grows with the square of the length, and what comes after so many letters decides nothing.
  return zxcvbn(password.slice(0, 100), parts).score;
}
