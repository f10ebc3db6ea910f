/* One spelling for the address of a page, before Dash reads it: case and a trailing slash do not matter. */
(function () {
  "use strict";
  var known = (document.documentElement.getAttribute("data-arb-pages") || "").split(" ");
  var path = window.location.pathname.replace(/\/+$/, "") || "/";
  var match = known.reduce(function (match, page) {
    var named = page.indexOf("<"); // what stands there is any text
    var head = named < 0 ? path : path.slice(0, named);
    if (head.toLowerCase() !== page.slice(0, named < 0 ? undefined : named).toLowerCase()) return match;
    return named < 0 ? page : page.slice(0, named) + path.slice(named);
  }, null);
  if (match && match !== window.location.pathname) {
    window.history.replaceState({}, "", match + window.location.search + window.location.hash);
  }
})();
