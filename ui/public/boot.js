// Before anything else: the colours chosen in this browser, and a head start for what the page will ask for next.
// The build puts the files' names in; they are only hints, and everything works without.
var files = {};
try {
  var mode = localStorage.getItem("atrium.mode");
  if (mode === "light" || mode === "dark") document.documentElement.dataset.mode = mode;

  var wanted = [localStorage.getItem("atrium.locale") || ""].concat(navigator.languages);
  var language = wanted.map((one) => one.slice(0, 2)).find((one) => one in files);
  var signedIn = Object.keys(localStorage).some((key) => key.startsWith("atrium.session."));
  for (var href of (files[language || "en"] || []).concat(files[signedIn ? "session" : "visitor"] || [])) {
    var link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = href;
    document.head.append(link);
  }
} catch {
  // Storage is switched off: the system's colours, and no head start.
}
