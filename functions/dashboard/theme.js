"use strict";
// Runs before the first paint, so that a chosen theme does not flash.
{
  let chosen;
  try {
    chosen = localStorage.getItem("router-theme");
  } catch {
    // Site data are blocked: the theme is the system's.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
