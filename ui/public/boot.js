// Before anything is drawn: the mode chosen in this browser. Everything else waits for the application.
try {
  var mode = localStorage.getItem("atrium.mode");
  if (mode === "light" || mode === "dark") document.documentElement.dataset.mode = mode;
} catch {
  // Storage is switched off: the system's mode it is.
}
