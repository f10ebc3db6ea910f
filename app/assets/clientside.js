/* What needs no data: the theme for the graphs, the address bar, ages that go on counting, fields for dates. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  var clientside = window.dash_clientside;

  /* ---- the address bar ----
     The state of a graph page is written with pushState, which Dash does not see; so Back may lead to a search that
     Dash believes to be shown still.  `believed` is what Dash believes, `settled` what the page shows. */
  function place() {
    return window.location.pathname + window.location.search;
  }
  var believed = place();
  var settled = null;
  var left = new Set(); // visits that Back or a link has ended: an answer to one of them may still come

  function remember(address) {
    if (address && !left.has(address.visit)) {
      var wanted = window.location.pathname + address.search;
      if (place() !== wanted) {
        var write = address.first ? "replaceState" : "pushState";
        window.history[write]({}, "", wanted);
      }
      settled = place();
    }
    return clientside.no_update;
  }

  function moved() {
    var shown = place();
    if (shown === settled) return; // only the fragment changed
    var page = document.querySelector("[data-visit]");
    if (page) left.add(page.getAttribute("data-visit"));
    if (shown === believed) clientside.set_props("_pages_location", { search: window.location.search });
    believed = shown;
  }
  window.addEventListener("popstate", moved);
  window.addEventListener("_dashprivate_pushstate", moved);

  /* What was said on the way here belongs to this page: it goes when the next one is opened. */
  var landed = window.location.pathname;
  function leave(pathname) {
    if (pathname === landed) return clientside.no_update;
    landed = null;
    return [];
  }

  clientside.arboretum = {
    remember: remember,
    leave: leave,
    theme: function () {
      return document.documentElement.getAttribute("data-bs-theme") || "light";
    },
  };

  window.addEventListener("arboretum-theme", function (event) {
    if (clientside.set_props && document.getElementById("theme-switch")) {
      clientside.set_props("theme", { data: event.detail });
    }
  });

  /* ---- ages ----
     The server says how old a reading was; the browser goes on counting by its own clock's pace, not by its time. */
  var THIN = "\u202f";
  var born = new WeakMap();

  function words(seconds) {
    if (seconds < 90) return Math.round(seconds) + THIN + "s ago";
    if (seconds < 5400) return Math.round(seconds / 60) + THIN + "min ago";
    if (seconds < 172800) return Math.round(seconds / 3600) + THIN + "h ago";
    return Math.round(seconds / 86400) + " days ago";
  }

  function count() {
    document.querySelectorAll("time[data-age]").forEach(function (element) {
      var said = element.getAttribute("data-age");
      var known = born.get(element);
      if (!known || known.said !== said || known.text !== element.textContent) {
        known = { said: said, since: performance.now(), text: element.textContent };
        born.set(element, known);
      }
      var seconds = Number(said) + (performance.now() - known.since) / 1000;
      var text = words(seconds);
      if (element.textContent !== text && element.firstChild) element.firstChild.nodeValue = text;
      known.text = element.textContent;
      element.classList.toggle("arb-late", seconds > Number(element.getAttribute("data-late")));
    });
  }
  window.setInterval(count, 1000);

  /* ---- date and time fields ----
     Dash knows no such type: the browser's own is put on the element when it appears. */
  function dress() {
    document.querySelectorAll(".arb-datetime input[type='text']").forEach(function (input) {
      input.setSelectionRange = function () {}; // dates have no selection; Dash asks for one after each key
      input.type = "datetime-local";
      input.step = "60";
    });
  }
  new MutationObserver(dress).observe(document.documentElement, { childList: true, subtree: true });
  dress();
})();
