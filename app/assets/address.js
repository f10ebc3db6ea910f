/* One spelling for the address of a page, before Dash reads it: case and a trailing slash do not matter. */
(function () {
  "use strict";
  var known = (document.documentElement.getAttribute("data-arb-pages") || "").split(" ");
  var path = window.location.pathname.replace(/\/+$/, "") || "/";
  var match = known.find(function (page) {
    return page.toLowerCase() === path.toLowerCase();
  });
  if (match && match !== window.location.pathname) {
    window.history.replaceState({}, "", match + window.location.search + window.location.hash);
  }
})();
