/** The sandbox's test cards: what each one does, by its token. Numbers are not asked for, not even made up ones. */
export const TEST_CARDS = [
  { token: "tok_visa", word: "works", label: "Visa •••• 4242" },
  { token: "tok_mastercard", word: "works", label: "Mastercard •••• 4444" },
  { token: "tok_challenge", word: "asksEach", label: "Visa •••• 3155" },
  { token: "tok_setup_challenge", word: "asksOnce", label: "Visa •••• 3220" },
  { token: "tok_insufficient_funds", word: "insufficientFunds", label: "Visa •••• 9995" },
  { token: "tok_visa_declined", word: "generic", label: "Visa •••• 0002" },
  { token: "tok_expired", word: "expired", label: "Visa •••• 0069" },
  { token: "tok_incorrect", word: "incorrect", label: "Visa •••• 0127" },
  { token: "tok_fraud", word: "fraud", label: "Visa •••• 0019" },
  { token: "tok_limit", word: "limit", label: "Visa •••• 6975" },
  { token: "tok_decline_later", word: "later", label: "Visa •••• 0341" },
  { token: "tok_slow", word: "slow", label: "Visa •••• 0077" },
  { token: "tok_slow_declined", word: "slowDeclined", label: "Visa •••• 0259" },
  { token: "tok_timeout", word: "timeout", label: "Visa •••• 0044" },
  { token: "tok_disputed", word: "disputed", label: "Visa •••• 2685" },
  { token: "tok_setup_declined", word: "notSaved", label: "Visa •••• 0002" },
] as const;
