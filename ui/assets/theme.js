// Light or dark, before anything is shown: as it was chosen here last, else as the system has it.
"use strict";
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("td-theme"); } catch { /* a private window remembers nothing */ }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
