/* Light or dark before the first paint: loaded in the head, without defer, by every page of the site.
   The choice is kept in localStorage; without one the page follows the system. */
(function () {
  "use strict";
  var KEY = "arboretum-theme";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      var value = window.localStorage.getItem(KEY);
      return value === "light" || value === "dark" ? value : null;
    } catch (refused) {
      return null; // storage switched off: follow the system
    }
  }

  function current() {
    return stored() || (dark.matches ? "dark" : "light");
  }

  function apply() {
    var theme = current();
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.querySelectorAll("[data-arb-theme]").forEach(function (button) {
      button.setAttribute("aria-pressed", theme === "dark" ? "true" : "false");
    });
    follow(theme);
    window.dispatchEvent(new CustomEvent("arboretum-theme", { detail: theme }));
  }

  // An image has its dark form as a source of its own, off where no script runs: the page is light then.
  function follow(theme) {
    document.querySelectorAll("source[data-arb-dark]").forEach(function (source) {
      source.media = theme === "dark" ? source.dataset.arbDark : "not all";
    });
  }

  // Before the light form is asked for: each is drawn when it is.
  if (current() === "dark") {
    var arriving = new MutationObserver(function () {
      follow(current());
    });
    arriving.observe(document.documentElement, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", function () {
      arriving.disconnect();
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element && event.target.closest("[data-arb-theme]");
    if (!button) return;
    var next = current() === "dark" ? "light" : "dark";
    try {
      window.localStorage.setItem(KEY, next);
    } catch (refused) {
      /* the choice then lasts until the page is left */
    }
    apply();
    if (current() !== next) {
      document.documentElement.setAttribute("data-bs-theme", next);
      follow(next);
      window.dispatchEvent(new CustomEvent("arboretum-theme", { detail: next }));
    }
  });
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  apply();
})();
