// Stripe's own fields, in a page of their own: its policy allows Stripe's hosts, that of the application allows
// nobody's. The page around this frame says what to do and hears what came of it; what is typed stays here.
const SOURCE = "https://js.stripe.com/v3/";
const tell = (message) => parent.postMessage(message, location.origin);
let stripe;
let elements;

addEventListener("message", ({ origin, source, data }) => {
  if (origin !== location.origin || source !== parent) return;
  if (data.type === "begin")
    begin(data).catch((error) => tell({ type: "failed", message: String(error.message ?? error) }));
  else if (data.type === "submit") void submit();
});

async function begin({ kind, publishableKey, clientSecret, locale, dark }) {
  // Nothing of Stripe's is fetched without a key of this installation.
  if (stripe !== undefined || !publishableKey) return;
  await load(SOURCE);
  stripe = window.Stripe(publishableKey, { locale });
  if (kind === "payment") {
    finish(await stripe.handleNextAction({ clientSecret }));
    return;
  }
  elements = stripe.elements({ clientSecret, locale, appearance: { theme: dark ? "night" : "stripe" } });
  const fields = elements.create("payment");
  fields.on("ready", () => tell({ type: "ready" }));
  fields.on("loaderror", ({ error }) => tell({ type: "failed", message: error.message ?? "" }));
  fields.mount("#fields");
  new ResizeObserver(() => tell({ type: "height", pixels: document.documentElement.scrollHeight })).observe(
    document.body,
  );
}

async function submit() {
  if (elements === undefined) return;
  finish(await stripe.confirmSetup({ elements, redirect: "if_required" }));
}

function finish({ error }) {
  if (error) tell({ type: "failed", message: error.message ?? "" });
  else tell({ type: "done" });
}

function load(source) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("Stripe cannot be reached.")));
    document.head.append(script);
  });
}
