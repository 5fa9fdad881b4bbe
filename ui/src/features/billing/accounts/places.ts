/** Countries, currencies and languages to choose from, named in the person's language. */
import type { Option } from "@/design/ListBox/options";

const COUNTRIES =
  "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG " +
  "CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI " +
  "GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA " +
  "LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL " +
  "NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR " +
  "SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/** Any BCP 47 tag may be an account's; these are offered. */
const LANGUAGES = "de de-AT de-CH en en-GB en-US es fr fr-CH it ja nl pl pt pt-BR";

export function countryOptions(shownIn: string): Option[] {
  return named(COUNTRIES.split(" "), shownIn, "region");
}

/** Every currency that this browser knows; `present` is among them whatever it is. */
export function currencyOptions(shownIn: string, present = ""): Option[] {
  const all = new Set([...Intl.supportedValuesOf("currency"), ...(present === "" ? [] : [present])]);
  return named([...all], shownIn, "currency").map(({ id, label }) => ({ id, label: id, description: label }));
}

export function languageOptions(shownIn: string, present = ""): Option[] {
  return named([...new Set([...LANGUAGES.split(" "), ...(present === "" ? [] : [present])])], shownIn, "language");
}

export function countryName(shownIn: string, code: string): string {
  return code === "" ? "" : (new Intl.DisplayNames([shownIn], { type: "region", fallback: "code" }).of(code) ?? code);
}

function named(ids: readonly string[], shownIn: string, type: "region" | "currency" | "language"): Option[] {
  const names = new Intl.DisplayNames([shownIn], { type, fallback: "code" });
  const order = new Intl.Collator(shownIn);
  return ids.map((id) => ({ id, label: names.of(id) ?? id })).toSorted((a, b) => order.compare(a.label, b.label));
}
